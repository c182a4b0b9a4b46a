#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdlib>

#include "base/file_descriptor.hpp"

namespace flux {

/// Two ends of a stream socket that doesn't block: one for what is tested, the other for the test.
struct SocketPair {
    SocketPair() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
        near = FileDescriptor{ends[0]};
        far = FileDescriptor{ends[1]};
    }

    FileDescriptor near;
    FileDescriptor far;
};

}  // namespace flux
