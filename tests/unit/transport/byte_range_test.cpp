#include "transport/byte_range.hpp"

#include <gmock/gmock.h>

#include <array>

namespace flux::transport {
namespace {

using Kind = ByteRange::Kind;

TEST(ByteRange, IsOnePartOrTheWhole) {
    struct Row {
        const char* field;
        Kind kind;
        std::uint64_t offset;
        std::uint64_t length;
    };
    constexpr std::array rows{
        Row{"bytes=0-0", Kind::part, 0, 1},
        Row{"bytes=0-99", Kind::part, 0, 10},
        Row{"bytes=5-", Kind::part, 5, 5},
        Row{"bytes=-3", Kind::part, 7, 3},
        Row{"bytes=-99", Kind::part, 0, 10},
        Row{"BYTES=2-3", Kind::part, 2, 2},
        Row{"bytes=0-99999999999999999999999", Kind::part, 0, 10},
        Row{"bytes=10-", Kind::unsatisfiable, 0, 0},
        Row{"bytes=99999999999999999999999-", Kind::unsatisfiable, 0, 0},
        Row{"bytes=-0", Kind::unsatisfiable, 0, 0},
        Row{"bytes=0-1,3-4", Kind::whole, 0, 10},
        Row{"bytes=3-2", Kind::whole, 0, 10},
        Row{"bytes=-", Kind::whole, 0, 10},
        Row{"bytes=", Kind::whole, 0, 10},
        Row{"bytes=a-b", Kind::whole, 0, 10},
        Row{"bytes=+1-2", Kind::whole, 0, 10},
        Row{"bytes=--1", Kind::whole, 0, 10},
        Row{"lines=0-1", Kind::whole, 0, 10},
        Row{"", Kind::whole, 0, 10},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.field);
        const auto range = read_byte_range(row.field, 10);
        EXPECT_EQ(range.kind, row.kind);
        EXPECT_EQ(range.offset, row.offset);
        EXPECT_EQ(range.length, row.length);
    }
    EXPECT_EQ(read_byte_range(std::nullopt, 10).kind, Kind::whole);
    EXPECT_EQ(read_byte_range("bytes=0-", 0).kind, Kind::unsatisfiable);
    EXPECT_EQ(read_byte_range("bytes=-1", 0).kind, Kind::unsatisfiable);
}

TEST(Etag, IsFoundInAList) {
    EXPECT_TRUE(matches_etag("\"a\"", "\"a\""));
    EXPECT_TRUE(matches_etag("\"x\", W/\"a\" ,\"y\"", "\"a\""));
    EXPECT_TRUE(matches_etag(" * ", "\"a\""));
    EXPECT_FALSE(matches_etag("\"b\"", "\"a\""));
    EXPECT_FALSE(matches_etag("a", "\"a\""));
    EXPECT_FALSE(matches_etag("", "\"a\""));
}

}  // namespace
}  // namespace flux::transport
