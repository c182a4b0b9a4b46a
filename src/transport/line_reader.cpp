#include "transport/line_reader.hpp"

namespace flux::transport {

LineReader::Event LineReader::next(std::string_view window, std::size_t& used) {
    used = 0;
    if (delivered_) {
        partial_ = {};
        delivered_ = false;
    }
    while (used < window.size()) {
        const auto rest = window.substr(used);
        const auto end = rest.find('\n');
        auto piece = rest.substr(0, end);
        used += end == std::string_view::npos ? rest.size() : end + 1;
        if (skipping_) {
            skipping_ = end == std::string_view::npos;
            continue;
        }
        // One byte over the limit may be the CR that is dropped.
        if (partial_.size() + piece.size() > limit_ + 1) {
            partial_ = {};
            skipping_ = end == std::string_view::npos;
            return {Kind::too_long};
        }
        if (end == std::string_view::npos) {
            partial_ += piece;
            break;
        }
        if (!partial_.empty()) {
            partial_ += piece;
            piece = partial_;
            delivered_ = true;
        }
        if (piece.ends_with('\r')) piece.remove_suffix(1);
        if (piece.size() > limit_) return {Kind::too_long};
        if (!piece.empty()) return {Kind::line, piece};
        if (delivered_) {
            partial_ = {};
            delivered_ = false;
        }
    }
    return {Kind::more};
}

}  // namespace flux::transport
