#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admission/visitor.hpp"
#include "async/task.hpp"
#include "json/arguments.hpp"

namespace flux::mcp {

/// What a tool is given beside its arguments: who calls, until when, and a way to tell how it goes. Lives on the
/// executor of the call.
class Call {
public:
    virtual ~Call() = default;

    virtual const admission::Visitor& visitor() const = 0;

    /// When the answer has to be there. A tool that waits stops waiting a moment before.
    virtual std::chrono::steady_clock::time_point deadline() const = 0;

    /// Tells the client how far the work is, if it asked to be told. `done` grows from call to call; what comes faster
    /// than the server's progress interval is dropped.
    virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;
};

/// A content block, as the JSON of its wire form.
struct Content {
    enum class Kind { text, image, audio, resource, resource_link };
    Kind kind = Kind::text;
    std::string json;

    static Content text(std::string_view text);
};

/// A tool's answer. `structured` is the text of a JSON object that fits the tool's output schema, or empty.
/// Failures that the caller can act on are outcomes too, with `is_error`.
struct Outcome {
    std::vector<Content> content;
    std::string structured;
    bool is_error = false;
};

/// Hints for hosts (ToolAnnotations of the MCP schema). They promise nothing about security.
struct Annotations {
    bool read_only = false;
    bool destructive = false;
    bool idempotent = false;
    bool open_world = true;
};

/// A tool as a value. Exactly one of `answer` and `run` is set.
struct Tool {
    std::string name;  ///< dotted, `builds.createPreview`; the underscore form is accepted everywhere too
    std::string title;
    std::string description;    ///< below 1,000 characters
    std::string input_schema;   ///< JSON Schema 2020-12, root of type object
    std::string output_schema;  ///< the same, or empty
    Annotations annotations;

    /// For what is done in microseconds: runs on the loop thread, between reading the request and writing its answer.
    std::function<Outcome(json::Arguments, Call&)> answer;

    /// For what waits: its own task, cancelled when its caller goes away (by the rules of the era).
    std::function<async::Task<Outcome>(json::Arguments, std::shared_ptr<Call>)> run;
};

}  // namespace flux::mcp
