#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flux::providers::local {

/// `20.11.1`; parts that were not said are zero.
struct Version {
    std::array<int, 3> parts{};

    /// With or without a leading `v`; what follows `-` or `+` is left out. Nothing when it isn't one to three numbers.
    static std::optional<Version> parse(std::string_view text);
    std::string text() const;

    friend auto operator<=>(const Version&, const Version&) = default;
};

/// A request as setup-node and setup-python understand it: `20`, `20.x`, `^20.1`, `~3.11`, `>=18 <21`, `18 || 20`, `*`,
/// `lts/*`, `lts/iron`, `latest`.
class VersionRequest {
public:
    /// Nothing when it isn't understood.
    static std::optional<VersionRequest> parse(std::string_view text);

    bool admits(const Version& version) const;
    /// The lowest version that it could mean.
    Version lowest() const;

private:
    struct Range {
        Version from{};
        std::optional<Version> below;  ///< exclusive
        bool even_major = false;       ///< a long-term release of Node.js
    };
    static std::optional<Range> parse_range(std::string_view text);

    std::vector<Range> ranges_;
};

/// An installed tool.
struct Tool {
    Version version;
    std::filesystem::path program;
    bool from_path = false;  ///< it is the one that PATH finds anyway
};

/// The newest that is admitted; otherwise the oldest that is newer than requested, otherwise the newest of all.
/// `matched` says which it was. Nothing when `tools` is empty.
std::optional<Tool> choose(const std::vector<Tool>& tools, const VersionRequest& request, bool& matched);

}  // namespace flux::providers::local
