#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace flux::providers::github {

/// A JSON text of GitHub's as a tree. `upstream_failed` when it is none, or one that two readers could understand
/// differently.
Result<boost::json::value> tree_of(std::string_view text);

/// The list in an answer: the member of that name, or the answer itself for an empty name. `upstream_failed` when there
/// is none, so that a strange answer is not taken for an empty list.
Result<boost::json::array> list_in(const boost::json::value& answer, std::string_view member);

/// `2026-11-26T13:00:00Z`, with or without a fraction or an offset; nothing for anything else.
std::optional<WallTime> time_from(std::string_view text);

/// Members of an object, leniently: GitHub adds members, leaves optional ones out and writes null. What is absent or of
/// another type reads as empty.
std::string text_of(const boost::json::object& object, std::string_view name);
std::int64_t number_of(const boost::json::object& object, std::string_view name);
std::optional<WallTime> time_of(const boost::json::object& object, std::string_view name);
const boost::json::object& object_of(const boost::json::object& object, std::string_view name);
const boost::json::array& array_of(const boost::json::object& object, std::string_view name);
/// The value as an object or array; empty if it is none.
const boost::json::object& as_object(const boost::json::value& value);
const boost::json::array& as_array(const boost::json::value& value);

}  // namespace flux::providers::github
