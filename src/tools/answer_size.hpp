#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flux::tools {

/// `max_tokens` of the tools over logs: of the whole answer as it goes over the wire, text and object together.
inline constexpr std::int64_t least_tokens = 1000;
inline constexpr std::int64_t usual_tokens = 4000;
inline constexpr std::int64_t most_tokens = 20'000;

/// So many bytes of a message count as one token of a language model.
inline constexpr std::size_t bytes_a_token = 4;

/// What a message takes beside the answer's text and object: the names of its members, and the marks of the era.
inline constexpr std::size_t message_frame = 260;

/// Bytes that `text` takes inside a JSON string.
std::size_t size_in_json(std::string_view text);

/// Bytes that it takes as JSON.
std::size_t size_of(const boost::json::value& value);
std::size_t size_of(const boost::json::object& object);
std::size_t size_of(const boost::json::array& array);

/// What is left of `budget` when so much is spent.
constexpr std::size_t room_left(std::size_t budget, std::size_t spent) { return spent < budget ? budget - spent : 0; }

}  // namespace flux::tools
