#include "workflow/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flux::workflow {
namespace {

using testing::HasSubstr;

std::string mistakes_in(std::string_view text) {
    const auto read = read_action(text, "action.yml");
    return read ? "" : to_error(read.error(), "action.yml", Errc::invalid_argument, "").message;
}

TEST(Action, ReadsACompositeAction) {
    const auto action = read_action(R"(name: Greet
description: Says hello
inputs:
  who: {default: world, required: true}
  none:
outputs:
  said: {value: '${{ steps.say.outputs.text }}'}
runs:
  using: composite
  steps:
    - id: say
      run: echo "text=hello ${{ inputs.who }}" >> "$GITHUB_OUTPUT"
      shell: bash
)",
                                    "action.yml");

    ASSERT_TRUE(action);
    EXPECT_EQ(action->kind, Action::Using::composite);
    ASSERT_EQ(action->inputs.size(), 2U);
    EXPECT_EQ(*evaluate_text(*action->inputs[0].default_value, {}), "world");
    EXPECT_TRUE(action->inputs[0].required);
    EXPECT_FALSE(action->inputs[1].default_value);
    EXPECT_EQ(action->outputs[0].name, "said");
    EXPECT_EQ(action->steps[0].id, "say");
}

TEST(Action, TellsNodeAndDockerApart) {
    const auto node = read_action("runs: {using: node20, main: dist/index.js, post: x}", "action.yml");
    ASSERT_TRUE(node);
    EXPECT_EQ(node->kind, Action::Using::node);
    EXPECT_EQ(node->main, "dist/index.js");
    EXPECT_EQ(node->runs_place, (Place{1, 15}));
    EXPECT_EQ(read_action("runs: {using: docker, image: x}", "action.yml")->kind, Action::Using::docker);
}

TEST(Action, SaysWhatIsWrong) {
    EXPECT_THAT(mistakes_in("name: x"), HasSubstr("has no `runs`"));
    EXPECT_THAT(mistakes_in("runs: {using: bash}"), HasSubstr("can't run `using: bash`"));
    EXPECT_THAT(mistakes_in("runs: {using: composite, steps: [{run: x}]}"), HasSubstr("needs a `shell`"));
    EXPECT_THAT(mistakes_in("outputs: {x: {}}\nruns: {using: composite, steps: []}"), HasSubstr("has no `value`"));
    EXPECT_THAT(mistakes_in("- x"), HasSubstr("has to be a mapping"));
}

}  // namespace
}  // namespace flux::workflow
