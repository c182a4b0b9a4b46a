#include "tools/answer_size.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace flux::tools {

std::size_t size_in_json(std::string_view text) {
    std::size_t size = text.size();
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') {
            size += 1;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            size += 5;
        }
    }
    return size;
}

std::size_t size_of(const boost::json::value& value) { return boost::json::serialize(value).size(); }

std::size_t size_of(const boost::json::object& object) { return boost::json::serialize(object).size(); }

std::size_t size_of(const boost::json::array& array) { return boost::json::serialize(array).size(); }

}  // namespace flux::tools
