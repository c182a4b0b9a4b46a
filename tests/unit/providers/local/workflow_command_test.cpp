#include "providers/local/workflow_command.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flux::providers::local {
namespace {

TEST(WorkflowCommand, IsReadFromALine) {
    struct Row {
        const char* line;
        const char* name;
        const char* data;
        const char* file;
    };
    const std::array rows{
        Row{"::error file=a.js,line=3::Broken", "error", "Broken", "a.js"},
        Row{"  ::WARNING FILE=b::x::y", "warning", "x::y", "b"},
        Row{"::debug::a%0Ab%25", "debug", "a\nb%", ""},
        Row{"::debug::%250A", "debug", "%0A", ""},
        Row{"::notice file=a%3Ab%2Cc::m", "notice", "m", "a:b,c"},
        Row{"::endgroup::", "endgroup", "", ""},
        Row{"text ##[error file=x%3By;line=1]message]", "error", "message]", "x;y"},
        Row{"##[group]Title", "group", "Title", ""},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.line);
        const auto command = parse_command(row.line);
        ASSERT_TRUE(command);
        EXPECT_EQ(command->name, row.name);
        EXPECT_EQ(command->data, row.data);
        EXPECT_EQ(command->property("file"), row.file);
    }
}

TEST(WorkflowCommand, IsNotSeenWhereThereIsNone) {
    for (const char* line :
         {"", "::", "::error", "x ::error::y", "::unknown::x", "##[unknown]x", "##[error", ": :error::"}) {
        SCOPED_TRACE(line);
        EXPECT_FALSE(parse_command(line));
    }
}

}  // namespace
}  // namespace flux::providers::local
