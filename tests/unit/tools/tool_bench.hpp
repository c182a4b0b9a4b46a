#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "fakes/fake_call.hpp"
#include "fakes/fake_provider.hpp"
#include "fakes/loop.hpp"
#include "fakes/manual_clock.hpp"
#include "json/arguments.hpp"
#include "mcp/outcome_json.hpp"
#include "tools/catalog.hpp"

namespace flux::tools {

/// What a tool answered, taken apart.
struct Answered {
    std::string text;
    boost::json::object structured;
    bool is_error = false;
    std::size_t on_the_wire = 0;  ///< bytes of the whole message, as a client of the modern era gets it

    std::string error_code() const { return std::string{structured.at("error").as_object().at("code").as_string()}; }
};

/// The catalogue over a fake provider.
class ToolBench {
public:
    FakeProvider provider;
    ManualClock clock;
    async::BlockingPool pool{1};
    std::shared_ptr<FakeCall> last_call = std::make_shared<FakeCall>();
    std::string last_rest;  ///< how the last call stood when it could only wait
    Policy policy;

    Answered call(std::string_view tool, std::string_view arguments) {
        const auto catalog = make_catalog(provider, clock, pool, policy);
        for (const auto& candidate : catalog.tools) {
            if (candidate.name != tool) continue;
            auto parsed = json::Arguments::parse(arguments);
            if (!parsed) throw std::invalid_argument{parsed.error().message};
            auto outcome = run(candidate.run(*std::move(parsed), last_call));
            if (outcome.rest) {
                last_rest = outcome.rest->stands;
                outcome = run(outcome.rest->run(last_call));
            }
            Answered answered;
            std::string message;
            mcp::RequestScope scope;
            scope.result_marks =
                R"("resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"flux-mcp","version":"0.0.0"}})";
            mcp::write_outcome(message, mcp::Id{"12"}, scope, outcome);
            answered.on_the_wire = message.size();
            const auto block = boost::json::parse(outcome.content.at(0).json);
            answered.text = std::string{block.at("text").as_string()};
            answered.structured = boost::json::parse(outcome.structured).as_object();
            answered.is_error = outcome.is_error;
            return answered;
        }
        throw std::invalid_argument{"no such tool"};
    }
};

}  // namespace flux::tools
