#include "tools/catalog.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "fakes/fake_provider.hpp"
#include "fakes/manual_clock.hpp"

namespace flux::tools {
namespace {

boost::json::object published(const mcp::Tool& tool) {
    boost::json::object annotations;
    annotations["readOnlyHint"] = tool.annotations.read_only;
    if (!tool.annotations.read_only) {
        annotations["destructiveHint"] = tool.annotations.destructive;
        annotations["idempotentHint"] = tool.annotations.idempotent;
    }
    if (!tool.annotations.open_world) annotations["openWorldHint"] = false;
    boost::json::object result;
    result["name"] = tool.name;
    result["title"] = tool.title;
    result["description"] = tool.description;
    result["inputSchema"] = boost::json::parse(tool.input_schema);
    result["outputSchema"] = boost::json::parse(tool.output_schema);
    result["annotations"] = std::move(annotations);
    return result;
}

void indented(std::string& out, const boost::json::value& value, int depth) {
    const std::string inner(static_cast<std::size_t>(depth + 1) * 2, ' ');
    const std::string outer(static_cast<std::size_t>(depth) * 2, ' ');
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        out += "{\n";
        bool first = true;
        for (const auto& [name, member] : *object) {
            out +=
                fmt::format("{}{}{}: ", first ? "" : ",\n", inner, boost::json::serialize(boost::json::string{name}));
            indented(out, member, depth + 1);
            first = false;
        }
        out += "\n" + outer + "}";
    } else {
        out += boost::json::serialize(value);
    }
}

TEST(Catalog, PublishesEachToolAsInItsSnapshot) {
    FakeProvider provider;
    ManualClock clock;
    async::BlockingPool pool{1};
    const bool update = std::getenv("FLUX_UPDATE_SNAPSHOTS") != nullptr;
    const std::filesystem::path folder{FLUX_SOURCE_DIR "/tests/snapshots"};

    for (const auto& tool : make_catalog(provider, clock, pool).tools) {
        SCOPED_TRACE(tool.name);
        std::string now;
        indented(now, published(tool), 0);
        now += "\n";
        const auto file = folder / (tool.name + ".json");
        if (update) std::ofstream{file} << now;
        std::stringstream kept;
        kept << std::ifstream{file}.rdbuf();
        EXPECT_EQ(now, kept.str()) << "If the change is meant, run the tests with FLUX_UPDATE_SNAPSHOTS=1 and commit "
                                   << file;
    }
}

TEST(Catalog, CostsAModelLessThanItsShareOfTwoAndAHalfThousandTokens) {
    FakeProvider provider;
    ManualClock clock;
    async::BlockingPool pool{1};

    std::size_t characters = 0;
    for (const auto& tool : make_catalog(provider, clock, pool).tools) {
        characters += boost::json::serialize(published(tool)).size();
        EXPECT_LT(tool.description.size(), 1000U) << tool.name;
    }

    EXPECT_LT(characters, 2500U * 4);
    RecordProperty("characters", static_cast<int>(characters));
}

TEST(Catalog, TellsAModelWhatItIsForInOnePage) {
    const std::string_view text = instructions;
    EXPECT_LT(text.size(), 1500U);
    EXPECT_NE(text.find("builds."), std::string_view::npos);
}

TEST(Catalog, NamesToolsAndParametersSoThatEveryHostTakesThem) {
    FakeProvider provider;
    ManualClock clock;
    async::BlockingPool pool{1};

    for (const auto& tool : make_catalog(provider, clock, pool).tools) {
        SCOPED_TRACE(tool.name);
        EXPECT_TRUE(tool.name.starts_with("builds."));
        EXPECT_LE(tool.name.size(), 40U);
        const auto schema = boost::json::parse(tool.input_schema).as_object();
        EXPECT_EQ(schema.at("type").as_string(), "object");
        EXPECT_FALSE(schema.at("additionalProperties").as_bool());
        EXPECT_EQ(boost::json::parse(tool.output_schema).as_object().at("type").as_string(), "object");
        EXPECT_TRUE(static_cast<bool>(tool.run) != static_cast<bool>(tool.answer));
    }
}

}  // namespace
}  // namespace flux::tools
