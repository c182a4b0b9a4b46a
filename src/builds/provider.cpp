#include "builds/provider.hpp"

#include <string_view>
#include <utility>

#include "logs/visible_text.hpp"

namespace flux::builds {

namespace {

/// Small enough to be looked through in less than a millisecond.
constexpr std::size_t page_lines = 2000;
constexpr std::size_t page_bytes = std::size_t{128} * 1024;

}  // namespace

async::Task<Result<logs::FoundLines>> Provider::search_log(LogSearch search) {
    LogQuery query;
    query.run = search.run;
    query.attempt = search.attempt;
    query.job = search.job;
    query.first_line = search.lines.first_line;
    query.last_line = search.lines.last_line;
    query.max_lines = page_lines;
    query.max_bytes = page_bytes;
    logs::FoundLines found;
    found.next_line = query.first_line;
    std::size_t bytes = 0;
    while (query.first_line <= query.last_line && bytes < search.lines.max_bytes) {
        auto page = co_await read_log(query);
        if (!page) co_return fail(std::move(page.error()));
        if (page->lines.empty()) break;
        for (const auto& line : page->lines) {
            bytes += line.text.size() + 1;
            if (search.pattern.matches(logs::visible_text(line.text, logs::Escapes::none))) {
                found.add(line.number, search.lines.limit);
            }
        }
        query.first_line = found.next_line = page->lines.back().number + 1;
    }
    co_return found;
}

}  // namespace flux::builds
