#include "mcp/paged_list.hpp"

#include <algorithm>
#include <utility>

#include "json/writer.hpp"
#include "mcp/cursor.hpp"

namespace flux::mcp {

tl::expected<std::string, WireError> cursor_of(json::Raw params) {
    const auto cursor = params.member("cursor");
    if (cursor.absent()) return std::string{};
    if (auto text = cursor.string()) return *std::move(text);
    return tl::unexpected{unknown_cursor()};
}

WireError unknown_cursor() { return invalid_params("`cursor` isn't one that this server gave. Begin without it."); }

PagedList::PagedList(std::string member, std::vector<Entry> entries, std::size_t page_size)
    : member_{std::move(member)}, entries_{std::move(entries)}, page_size_{page_size}, first_{written(0)} {}

tl::expected<std::string, WireError> PagedList::page(std::string_view cursor) const {
    if (cursor.empty()) return first_;
    const auto place = read_cursor(cursor, member_);
    if (!place) return tl::unexpected{unknown_cursor()};
    const auto last =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == place->after; });
    if (last == entries_.end()) return tl::unexpected{unknown_cursor()};
    return written(static_cast<std::size_t>(last - entries_.begin()) + 1);
}

std::string PagedList::written(std::size_t begin) const {
    const auto end = std::min(entries_.size(), begin + page_size_);
    std::string out;
    json::append_string(out, member_);
    out += ':';
    json::Writer writer{out};
    writer.array();
    for (auto i = begin; i < end; ++i) writer.raw(entries_[i].json);
    writer.end_array();
    if (end < entries_.size()) writer.key("nextCursor").string(cursor_text({member_, entries_[end - 1].key}));
    return out;
}

}  // namespace flux::mcp
