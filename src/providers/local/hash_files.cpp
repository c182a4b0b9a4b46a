#include "providers/local/hash_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>

#include "providers/local/digest.hpp"
#include "providers/local/glob.hpp"
#include "providers/local/workspace_files.hpp"

namespace flux::providers::local {

Result<std::string> hash_files(const std::filesystem::path& workspace, const std::vector<std::string>& patterns) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::seconds{120};
    std::string lines;
    for (const auto& pattern : patterns) {
        if (pattern == "--follow-symbolic-links" && &pattern == &patterns.front()) continue;
        if (pattern.starts_with("--"))
            return fail(Errc::invalid_argument, fmt::format("hashFiles: invalid glob option {}, the only one is "
                                                            "'--follow-symbolic-links'.",
                                                            pattern));
        lines += pattern + "\n";
    }
    const auto parsed = PathPatterns::parse(lines, workspace.string());
    auto files = WorkspaceFiles::open(workspace);
    if (!files) return std::string{};
    auto listed = files->list({}, {2'000'000, std::numeric_limits<std::uint64_t>::max(), 256});
    if (!listed) return fail(std::move(listed.error()));

    Digest whole;
    bool any = false;
    for (const auto& file : *listed) {
        if (!parsed.match(file.path)) continue;
        const auto opened = files->open_file(file.path);
        if (!opened) continue;
        Digest one;
        std::array<char, 65536> bytes{};
        for (;;) {
            const auto length = ::read(opened->get(), bytes.data(), bytes.size());
            if (length <= 0) break;
            one.add({bytes.data(), static_cast<std::size_t>(length)});
            if (Clock::now() > deadline) return fail(Errc::timed_out, "hashFiles took more than 120 seconds.");
        }
        whole.add(one.finish());
        any = true;
    }
    return any ? to_hex(whole.finish()) : std::string{};
}

}  // namespace flux::providers::local
