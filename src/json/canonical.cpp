#include "json/canonical.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "json/writer.hpp"

namespace flux::json {

namespace {

void append(std::string& out, Raw value) {
    switch (value.kind()) {
    case Kind::object: {
        std::vector<std::pair<std::string, Raw>> members;
        for (Members member{value}; member.next();) members.emplace_back(member.name(), member.value());
        std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        char separator = '{';
        for (const auto& [name, inside] : members) {
            out += std::exchange(separator, ',');
            append_string(out, name);
            out += ':';
            append(out, inside);
        }
        out += members.empty() ? "{}" : "}";
        return;
    }
    case Kind::array: {
        bool first = true;
        out += '[';
        for (Elements element{value}; element.next();) {
            if (!std::exchange(first, false)) out += ',';
            append(out, element.value());
        }
        out += ']';
        return;
    }
    case Kind::string: append_string(out, value.string().value_or("")); return;
    case Kind::number:
        if (const auto whole = value.integer()) {
            Writer{out}.integer(*whole);
            return;
        }
        break;
    case Kind::boolean:
    case Kind::null: break;
    }
    out += value.text();
}

}  // namespace

std::string canonical(Raw value) {
    std::string out;
    if (!value.absent()) append(out, value);
    return out;
}

}  // namespace flux::json
