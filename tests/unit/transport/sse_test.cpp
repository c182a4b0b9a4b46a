#include "transport/sse.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace flux::transport {
namespace {

TEST(Sse, WritesAnEventWithALineOfDataForEachLine) {
    std::string out;
    append_event(out, "{\"a\":1}");
    append_event(out, "one\ntwo\r\nthree\rfour", "7");
    append_event(out, "");
    EXPECT_EQ(out,
              "event: message\ndata: {\"a\":1}\n\n"
              "id: 7\nevent: message\ndata: one\ndata: two\ndata: three\ndata: four\n\n"
              "event: message\ndata: \n\n");
}

TEST(Sse, WritesRetryAndComments) {
    std::string out;
    append_retry(out, std::chrono::milliseconds{1500});
    append_comment(out);
    EXPECT_EQ(out, "retry: 1500\n:\n\n");
}

TEST(Chunks, AreFramedAndAnEmptyOneIsLeftOut) {
    std::string out;
    append_chunk(out, "hello, chunked world");
    append_chunk(out, "");
    append_last_chunk(out);
    EXPECT_EQ(out, "14\r\nhello, chunked world\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace flux::transport
