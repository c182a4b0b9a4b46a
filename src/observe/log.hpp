#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/result.hpp"
#include "observe/log_field.hpp"

namespace flux::observe {

enum class LogLevel { debug, info, warning, error, off };

/// `json`: one object a line, for machines (production). `readable`: for the person at the terminal.
enum class LogFormat { json, readable };

/// The level that `LOG_LEVEL` names: `debug` (and `trace`, `silly`, `verbose`), `info` (and `http`), `warn`, `error`,
/// `off` (and `silent`), in any case. `invalid_argument` lists them.
Result<LogLevel> log_level_from(std::string_view name);

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::readable;
    int descriptor = 2;           ///< where the lines go; never stdout, which belongs to the protocol
    std::size_t capacity = 8192;  ///< events that wait while the descriptor is slow; the oldest go first
};

/// The program's log: `log::info("run finished", {{"run_id", run.id}, {"request_id", id}})`.
///
/// One event is one line whatever its fields hold: control characters, line separators, escape sequences and malformed
/// UTF-8 are escaped, long text is cut. A caller never waits for the descriptor: a thread of the log's own writes, and
/// when it falls behind, the oldest events are dropped and counted in a line of their own. Thread-safe. Before `start`
/// and after `stop` events go nowhere.
namespace log {

void start(const LogSettings& settings);

/// Writes what waits, for two seconds at most, and ends the thread. Idempotent.
void stop();

/// Events dropped since `start`.
std::uint64_t dropped();

/// Whether events of `level` are written; for fields that are dear to make.
bool enabled(LogLevel level);

void debug(std::string_view message, std::initializer_list<LogField> fields = {});
void info(std::string_view message, std::initializer_list<LogField> fields = {});
void warning(std::string_view message, std::initializer_list<LogField> fields = {});
void error(std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace log

}  // namespace flux::observe
