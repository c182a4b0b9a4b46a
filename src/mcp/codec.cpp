#include "mcp/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/strict.hpp"
#include "json/writer.hpp"

namespace flux::mcp {

namespace {

constexpr std::size_t most_id_bytes = 512;
constexpr std::size_t kept_buffer_bytes = 256 * 1024;

/// The members of a message that mean something.
struct Parts {
    json::Raw version;
    json::Raw id;
    json::Raw method;
    json::Raw params;
    json::Raw result;
    json::Raw error;
};

Parts parts_of(json::Raw json) {
    Parts parts;
    for (json::Members member{json}; member.next();) {
        const auto name = member.name();
        if (name == "jsonrpc") {
            parts.version = member.value();
        } else if (name == "id") {
            parts.id = member.value();
        } else if (name == "method") {
            parts.method = member.value();
        } else if (name == "params") {
            parts.params = member.value();
        } else if (name == "result") {
            parts.result = member.value();
        } else if (name == "error") {
            parts.error = member.value();
        }
    }
    return parts;
}

/// Whether `number` is spelled as we would write it, and fits 64 bits.
bool is_canonical(std::string_view number) {
    if (number.starts_with('-')) number.remove_prefix(1);
    if (number.empty() || number.size() > 18 || number.front() == '0') return false;
    return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

auto no_message(WireError error, Id id, bool answered) {
    return tl::unexpected{NoMessage{std::move(error), std::move(id), answered}};
}

}  // namespace

tl::expected<json::Raw, WireError> read_json(std::string_view text, json::Places& places, const CodecLimits& limits) {
    if (text.size() > limits.message_bytes) {
        return tl::unexpected{
            invalid_request(fmt::format("A message may have {} bytes at most.", limits.message_bytes))};
    }
    const json::StrictLimits strict{.depth = limits.depth};
    const auto value = json::read_strictly(text, places, strict);
    if (!value) return tl::unexpected{unreadable(value.error().message)};
    return *value;
}

tl::expected<Message, NoMessage> read_message(json::Raw json) {
    if (!json.is(json::Kind::object)) {
        return no_message(invalid_request("A message has to be a JSON object."), {}, true);
    }
    auto parts = parts_of(json);
    auto id = read_id(parts.id);
    const bool notifies = parts.id.absent() && parts.method.is(json::Kind::string);

    if (parts.version.text() != "\"2.0\"" && parts.version.string() != "2.0") {
        return no_message(invalid_request("`jsonrpc` has to be \"2.0\"."), id.value_or(Id{}), !notifies);
    }
    if (parts.method.absent() && (parts.result || parts.error)) {
        return Response{id.value_or(Id{}), parts.result, parts.error};
    }
    auto method = parts.method.string();
    if (!method) {
        return no_message(invalid_request("`method` has to be a string."), id.value_or(Id{}), true);
    }
    if (!parts.id.absent() && !id) {
        return no_message(invalid_request("`id` has to be a string or a whole number, and a short one."), {}, true);
    }
    if (parts.params.is(json::Kind::null)) parts.params = {};
    if (!parts.params.absent() && !parts.params.is(json::Kind::object)) {
        return no_message(invalid_params("`params` has to be an object."), id.value_or(Id{}), !notifies);
    }
    auto meta = parts.params.member("_meta");
    if (!meta.is(json::Kind::object)) meta = {};
    if (notifies) return Notification{*std::move(method), parts.params, meta};
    return tl::expected<Message, NoMessage>{
        tl::in_place, std::in_place_type<Request>, *std::move(id), *std::move(method), parts.params, meta};
}

std::optional<Id> read_id(json::Raw json) {
    if (json.text().size() > most_id_bytes) return {};
    Id id;
    if (json.is(json::Kind::string)) {
        // Most strings have one spelling only, and it is here already.
        if (json.text().find('\\') == std::string_view::npos) {
            id.json = json.text();
        } else {
            json::append_string(id.json, *json.string());
        }
        return id;
    }
    if (is_canonical(json.text())) {
        id.json = json.text();
        return id;
    }
    const auto number = json.integer();
    if (!number) return {};
    json::Writer{id.json}.integer(*number);
    return id;
}

void write_result(std::string& out, const Id& id, std::string_view result) {
    out += R"({"jsonrpc":"2.0","id":)";
    out += id.json;
    out += R"(,"result":)";
    out += result;
    out += '}';
}

void write_error(std::string& out, const Id& id, const WireError& error, UnknownId unknown) {
    json::Writer writer{out};
    writer.object().key("jsonrpc").string("2.0");
    if (!id.json.empty()) {
        writer.key("id").raw(id.json);
    } else if (unknown == UnknownId::null) {
        writer.key("id").null();
    }
    writer.key("error").object().key("code").integer(error.code).key("message").string(error.message);
    if (!error.data.empty()) writer.key("data").raw(error.data);
    writer.end_object().end_object();
}

void write_notification(std::string& out, std::string_view method, std::string_view params) {
    json::Writer{out}
        .object()
        .key("jsonrpc")
        .string("2.0")
        .key("method")
        .string(method)
        .key("params")
        .raw(params)
        .end_object();
}

std::string& message_buffer() {
    thread_local std::string buffer;
    buffer.clear();
    if (buffer.capacity() > kept_buffer_bytes) buffer.shrink_to_fit();
    return buffer;
}

}  // namespace flux::mcp
