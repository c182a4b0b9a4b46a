#include "providers/local/line_cutter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace flux::providers::local {
namespace {

/// The nearest place at or before `at` that doesn't cut through a character.
std::size_t character_start(std::string_view text, std::size_t at) {
    const std::size_t lowest = at > 3 ? at - 3 : 0;
    for (std::size_t back = at; back > lowest; --back)
        if (back >= text.size() || (static_cast<unsigned char>(text[back]) & 0xC0U) != 0x80U) return back;
    return at;
}

}  // namespace

void LineCutter::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        for (auto piece = bytes.substr(0, end); !piece.empty();) {
            // Without NULs from the start: they must not be able to hide a secret from its mask.
            const auto nul = piece.find('\0');
            pending_ += piece.substr(0, nul);
            piece = nul == std::string_view::npos ? std::string_view{} : piece.substr(nul + 1);
        }
        if (pending_.size() > max_line_bytes) cut_long_line();
        if (end == std::string_view::npos) return;
        if (pending_.ends_with('\r')) pending_.pop_back();
        give(pending_.size(), false);
        bytes.remove_prefix(end + 1);
    }
}

void LineCutter::cut_long_line() {
    const auto limit = !continued_ && looks_like_command() ? max_command_bytes : max_line_bytes;
    while (pending_.size() > limit) {
        auto cut = masks_.safe_cut(pending_, max_line_bytes);
        cut = character_start(pending_, cut);
        // A line that is one hidden text from end to end has no safe place; its length must not grow for that.
        if (cut == 0) {
            if (pending_.size() < 2 * max_line_bytes) return;
            cut = max_line_bytes;
        }
        give(cut, true);
    }
}

bool LineCutter::looks_like_command() const {
    const auto begin = pending_.find_first_not_of(" \t");
    return begin != std::string::npos && std::string_view{pending_}.substr(begin).starts_with(":");
}

void LineCutter::flush() {
    if (pending_.empty() || (!continued_ && looks_like_command()) || pending_.find("##[") != std::string::npos) return;
    auto cut = masks_.safe_cut(pending_, pending_.size());
    // The last character may be only half there.
    while (cut > 0 && pending_.size() - cut < 4 && !is_utf8(std::string_view{pending_}.substr(0, cut))) --cut;
    if (cut != 0) give(cut, true);
}

void LineCutter::finish() {
    if (pending_.ends_with('\r')) pending_.pop_back();
    if (!pending_.empty()) give(pending_.size(), false);
    continued_ = false;
}

void LineCutter::give(std::size_t length, bool continues) {
    const auto whole = std::string_view{pending_}.substr(0, length);
    // An empty rest of a line that was given out already is only its end.
    if (!(whole.empty() && continued_ && !continues)) emit_(to_utf8(whole), continued_, continues);
    pending_.erase(0, length);
    continued_ = continues;
}

}  // namespace flux::providers::local
