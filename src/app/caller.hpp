#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "app/read_settings.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace flux::app {

/// What a tool answered.
struct ToolAnswer {
    std::string text;
    boost::json::object structured;
    bool is_error = false;
};

/// An MCP client for the terminal: calls tools of the server that owns the state folder, or, when there is none, of an
/// engine in this process. Lives on one executor.
class Caller {
public:
    /// `owner` names this process to others if it takes the state folder. `invalid_argument` with the report of
    /// mistakes when an engine would be needed and the settings don't allow one.
    static async::Task<Result<std::unique_ptr<Caller>>> open(SettingsRead read, std::string owner);

    virtual ~Caller() = default;

    /// Waits for the answer; what comes meanwhile is dropped. `unavailable` when the server has gone.
    async::Task<Result<ToolAnswer>> call(std::string tool, boost::json::object arguments);

    /// Whether runs end with this process.
    virtual bool owns_the_engine() const = 0;

protected:
    virtual async::Task<Result<void>> send(std::string message) = 0;
    virtual async::Task<Result<std::string>> receive() = 0;

private:
    async::Task<Result<boost::json::object>> request(std::string method, boost::json::object params);
    async::Task<Result<void>> greet();

    int last_id_ = 0;
};

}  // namespace flux::app
