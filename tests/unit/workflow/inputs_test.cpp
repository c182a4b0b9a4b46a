#include "workflow/inputs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workflow/value_json.hpp"

namespace flux::workflow {
namespace {

using testing::HasSubstr;
using Type = InputDeclaration::Type;

Triggers some_inputs() {
    Triggers on;
    on.inputs.push_back({"target", {}, Type::choice, "", true, Value{"staging"}, {"staging", "production"}});
    on.inputs.push_back({"count", {}, Type::number, "", false, std::nullopt, {}});
    on.inputs.push_back({"dry", {}, Type::boolean, "", false, std::nullopt, {}});
    on.inputs.push_back({"title", {}, Type::string, "", true, std::nullopt, {}});
    return on;
}

std::string mistakes_of(const GivenInputs& given) {
    const auto inputs = check_inputs(some_inputs(), given);
    return inputs ? "" : inputs.error().message;
}

TEST(Inputs, TypesAndDefaultsWhatIsGiven) {
    const auto inputs =
        check_inputs(some_inputs(), {{"Title", std::string{"x"}}, {"count", std::string{"3"}}, {"dry", true}});

    ASSERT_TRUE(inputs);
    EXPECT_EQ(to_compact_json(inputs->inputs), R"({"target":"staging","count":3,"dry":true,"title":"x"})");
    EXPECT_EQ(to_compact_json(inputs->event), R"({"target":"staging","count":"3","dry":"true","title":"x"})");
}

TEST(Inputs, NamesEveryMistakeAndTheDeclaredInputs) {
    const auto message = mistakes_of(
        {{"tittle", std::string{"x"}}, {"target", std::string{"moon"}}, {"count", std::string{"many"}}, {"dry", 1.0}});

    EXPECT_THAT(message, HasSubstr("There is no input `tittle`. Did you mean `title`?"));
    EXPECT_THAT(message, HasSubstr("The input `target` has to be one of staging, production, not `moon`."));
    EXPECT_THAT(message, HasSubstr("The input `count` has to be a number, not `many`."));
    EXPECT_THAT(message, HasSubstr("The input `dry` has to be true or false, not `1`."));
    EXPECT_THAT(message, HasSubstr("The input `title` is required."));
    EXPECT_THAT(message, HasSubstr("`target` (choice: staging, production, required, default `staging`)"));
}

TEST(Inputs, BoundsThem) {
    EXPECT_THAT(mistakes_of({{"title", std::string(65'535, 'x')}}), HasSubstr("65540 characters together"));
    EXPECT_THAT(mistakes_of({{"title", std::string{"a"}}, {"TITLE", std::string{"b"}}}), HasSubstr("given twice"));
    EXPECT_THAT(mistakes_of({{"title", std::string{}}}), HasSubstr("`title` is required"));
    EXPECT_THAT(mistakes_of(GivenInputs(26, {"title", true})), HasSubstr("26 inputs are given"));
}

}  // namespace
}  // namespace flux::workflow
