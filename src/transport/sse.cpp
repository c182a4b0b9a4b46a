#include "transport/sse.hpp"

#include <fmt/format.h>

#include <iterator>

namespace flux::transport {

void append_event(std::string& out, std::string_view data, std::string_view id) {
    if (!id.empty()) {
        out += "id: ";
        out += id;
        out += '\n';
    }
    out += "event: message\n";
    for (;;) {
        const auto end = data.find_first_of("\r\n");
        out += "data: ";
        out += data.substr(0, end);
        out += '\n';
        if (end == std::string_view::npos) break;
        const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
        data.remove_prefix(end + (pair ? 2 : 1));
    }
    out += '\n';
}

void append_retry(std::string& out, std::chrono::milliseconds time) {
    fmt::format_to(std::back_inserter(out), "retry: {}\n", time.count());
}

void append_comment(std::string& out) { out += ":\n\n"; }

void append_chunk(std::string& out, std::string_view content) {
    if (content.empty()) return;
    fmt::format_to(std::back_inserter(out), "{:x}\r\n", content.size());
    out += content;
    out += "\r\n";
}

void append_last_chunk(std::string& out) { out += "0\r\n\r\n"; }

}  // namespace flux::transport
