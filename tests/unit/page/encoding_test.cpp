#include "page/encoding.hpp"

#include <gmock/gmock.h>

#include <array>

namespace flux::page {
namespace {

TEST(Encoding, IsWishedForByItsWeight) {
    struct Row {
        const char* accept;
        const char* coding;
        int wish;
    };
    constexpr std::array rows{
        Row{"", "br", 0},
        Row{"", "identity", 1},
        Row{"gzip, deflate, br, zstd", "br", 1000},
        Row{"GZIP", "gzip", 1000},
        Row{"gzip;q=0.5, br;q=0.25", "br", 250},
        Row{"gzip ; q=0.125", "gzip", 125},
        Row{"br;q=0", "br", 0},
        Row{"br;q=0.000", "br", 0},
        Row{"*", "br", 1000},
        Row{"*;q=0.1, gzip;q=0", "gzip", 0},
        Row{"*;q=0", "identity", 0},
        Row{"identity;q=0.7", "identity", 700},
        Row{"xbr", "br", 0},
        Row{"br;q=2", "br", 0},
        Row{"br;q=1.001", "br", 0},
        Row{"br;q=0.12345", "br", 0},
        Row{"br;level=3", "br", 0},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(std::string{row.accept} + " | " + row.coding);
        EXPECT_EQ(wish_for(row.accept, row.coding), row.wish);
    }
}

}  // namespace
}  // namespace flux::page
