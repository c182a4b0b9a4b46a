#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "logs/diagnosis.hpp"
#include "logs/raw_log.hpp"

namespace flux::logs {

struct DiagnosisText {
    std::string text;
    std::size_t lines_left_out = 0;  ///< of the causes' excerpts and the evidence
};

/// About how many tokens of a language model `text` is: four bytes each.
std::size_t tokens_in(std::string_view text);

/// The diagnosis as a model reads it, at most `max_tokens`: verdict, which lines of a log that is too large were not
/// looked at, failed steps, then the log's own lines with their numbers between two fence lines that hold `nonce`,
/// which nothing in the log can know. Every line of the log is shown once, the best cause first.
DiagnosisText write_diagnosis(const Diagnosis& diagnosis, const RawLog& log, std::string_view nonce,
                              std::size_t max_tokens);

}  // namespace flux::logs
