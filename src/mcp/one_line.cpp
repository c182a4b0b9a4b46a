#include "mcp/one_line.hpp"

namespace flux::mcp {

void make_one_line(std::string& text, std::size_t begin) {
    for (const char line_end : {'\n', '\r'}) {
        for (auto at = text.find(line_end, begin); at != std::string::npos; at = text.find(line_end, at + 1)) {
            text[at] = ' ';
        }
    }
}

}  // namespace flux::mcp
