#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flux::app {

/// Something an operator has to put right.
struct Mistake {
    std::string place;  ///< `PORT in the environment`, `flux.toml:3:8`, `--port`
    std::string what;
    std::string cure;
};

/// One report of all mistakes, for a person.
std::string to_text(const std::vector<Mistake>& mistakes);

/// Where settings come from, the first first.
struct Sources {
    std::map<std::string, std::string> flags;        ///< by key: `port`
    std::map<std::string, std::string> environment;  ///< by name, all of it
    std::optional<std::filesystem::path> file;       ///< `--config`
    std::filesystem::path working_directory;
};

/// The process's own environment and working directory.
Sources process_sources();

/// A value and where it was found.
struct Found {
    std::string value;
    std::string place;
};

/// What was found by key, the first source winning; values are not looked at yet. Unknown names, secrets in files that
/// can't be read and settings of parts that aren't there yet are mistakes. Empty variables count as not set.
std::map<std::string, Found> gather(const Sources& sources, std::vector<Mistake>& mistakes);

}  // namespace flux::app
