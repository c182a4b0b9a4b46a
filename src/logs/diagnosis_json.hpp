#pragma once

#include <string>

#include "logs/diagnosis.hpp"
#include "logs/diagnosis_text.hpp"

namespace flux::logs {

/// The diagnosis as one JSON object with the members `text`, `verdict`, `failed_steps`, `causes` and `omitted`.
/// `next` says in `omitted` how to get what was left out; `unread` counts there the lines of a log that is too large
/// which were not looked at, and `unread_lines` has the first and the last of each stretch of them; `failed_steps` and
/// `causes` count those that are not listed.
std::string diagnosis_json(const Diagnosis& diagnosis, const DiagnosisText& text, const RawLog& log,
                           std::string_view next);

}  // namespace flux::logs
