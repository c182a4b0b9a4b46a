#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace flux::cli {

/// A run as a person at a terminal sees it, made from what the tools answer. Pure: it gives text back. Everything that
/// comes from a build is stripped of what could steer a terminal; colours stay only where `colours` is set.
class RunView {
public:
    explicit RunView(bool colours) : colours_{colours} {}

    /// The first line: `Run 12: main at 0123456, deploy.yml`.
    std::string headline(const boost::json::object& run) const;

    /// New log lines of a builds.tailLogs answer, under a heading wherever the job or step changes.
    std::string lines(const boost::json::object& tail);

    /// Steps of a builds.status answer that have ended since the last one, with their time.
    std::string ended_steps(const boost::json::object& status);

    /// What runs now, on one line without a line feed; empty: nothing does.
    std::string now(const boost::json::object& status) const;

    /// Jobs, outcome, and the preview's URL as the last word.
    std::string ending(const boost::json::object& status) const;

private:
    std::string painted(std::string_view text, std::string_view colour) const;
    std::string safe(std::string_view text) const;
    std::string log_line(std::string_view line) const;
    std::string outcome(std::string_view conclusion) const;

    bool colours_;
    std::pair<std::int64_t, std::int64_t> shown_{-1, -1};  ///< job and step of the last heading
    std::set<std::pair<std::int64_t, std::int64_t>> ended_;
};

}  // namespace flux::cli
