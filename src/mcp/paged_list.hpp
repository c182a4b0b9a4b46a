#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/raw.hpp"
#include "mcp/request_scope.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The `cursor` of a list's params; empty for the first page, which an empty string asks for too.
tl::expected<std::string, WireError> cursor_of(json::Raw params);

WireError unknown_cursor();

/// A list that stays as it is while the server runs, as JSON, cut into pages.
class PagedList {
public:
    struct Entry {
        std::string key;  ///< what a cursor names it by
        std::string json;
    };

    /// `member`: the name that a page gives its entries, `tools`.
    PagedList(std::string member, std::vector<Entry> entries, std::size_t page_size);

    bool empty() const { return entries_.empty(); }

    /// The members of the result: the entries, and `nextCursor` if more follow.
    tl::expected<std::string, WireError> page(std::string_view cursor) const;

private:
    std::string written(std::size_t begin) const;

    std::string member_;
    std::vector<Entry> entries_;
    std::size_t page_size_;
    std::string first_;
};

}  // namespace flux::mcp
