#pragma once

#include <boost/container/small_vector.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "json/arguments.hpp"
#include "mcp/call.hpp"
#include "mcp/content.hpp"
#include "mcp/input.hpp"

namespace flux::mcp {

struct Outcome;

/// What is left of a call that can do nothing but wait from here on, for minutes maybe. Clients that fetch answers
/// later are given a task for it (TaskUse::for_rest), the others wait for it within their call.
struct Rest {
    std::string stands;  ///< how it stands so far, in a sentence
    std::function<async::Task<Outcome>(std::shared_ptr<Call>)> run;
    /// From what `Tool::resume` makes it again after a restart; empty: it ends with the process.
    std::string kept = {};
};

/// A tool's answer. `structured` is the text of a JSON object that fits the tool's output schema, or empty.
/// Failures that the caller can act on are outcomes too, with `is_error`.
struct Outcome {
    boost::container::small_vector<Content, 1> content;  ///< mostly one
    std::string structured;
    bool is_error = false;
    std::optional<InputNeeded> needs = {};  ///< set: this is no answer yet, and all else is empty
    std::optional<Rest> rest = {};          ///< the same
};

/// Hints for hosts (ToolAnnotations of the MCP schema). They promise nothing about security.
struct Annotations {
    bool read_only = false;
    bool destructive = false;
    bool idempotent = false;
    bool open_world = true;
};

/// Whether a call may become a task of the extension `io.modelcontextprotocol/tasks`, whose answer its client fetches
/// later: never; for clients that have declared the extension, once there is only an `Outcome::rest` left of it; for
/// them, from its beginning; or for them and for nobody else.
enum class TaskUse { never, for_rest, offered, required };

/// A tool as a value. Exactly one of `answer` and `run` is set.
struct Tool {
    std::string name;  ///< dotted, `builds.createPreview`; the underscore form is accepted everywhere too
    std::string title;
    std::string description;    ///< below 1,000 characters
    std::string input_schema;   ///< JSON Schema 2020-12, root of type object
    std::string output_schema;  ///< the same, or empty
    Annotations annotations;
    bool asks = false;  ///< may answer with `Outcome::needs`
    TaskUse task = TaskUse::never;

    /// Makes an `Outcome::rest` again from its `kept`, for a task that an earlier process began; nothing if it can't.
    std::function<std::optional<Rest>(std::string_view kept)> resume = {};

    /// Optional, for calls that become tasks: what has to be asked before they do. The answers reach the task.
    std::function<std::optional<InputNeeded>(json::Arguments, Call&)> before_task = {};

    /// For what is done in microseconds: runs on the loop thread, between reading the request and writing its answer,
    /// and its arguments look into the request.
    std::function<Outcome(json::Arguments, Call&)> answer;

    /// For what waits: its own task, cancelled when its caller goes away (by the rules of the era).
    std::function<async::Task<Outcome>(json::Arguments, std::shared_ptr<Call>)> run;
};

}  // namespace flux::mcp
