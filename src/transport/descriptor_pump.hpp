#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "async/task.hpp"

namespace flux::transport {

/// Reads one descriptor and writes another, of whatever kind (pipe, terminal, file), for tasks of one executor.
///
/// Two threads do it, and neither descriptor is made non-blocking: that flag belongs to the open file, which the
/// process on the other side, or the terminal, shares with us. Both threads can be woken at any time, so the destructor
/// is quick.
class DescriptorPump {
public:
    DescriptorPump(async::Executor executor, int input, int output);
    DescriptorPump(const DescriptorPump&) = delete;
    DescriptorPump& operator=(const DescriptorPump&) = delete;
    ~DescriptorPump();

    /// The next bytes, or none at the end of input. Not more is read ahead than one piece.
    async::Task<std::string> read();

    /// Queues bytes; the caller keeps an eye on `unsent`.
    void write(std::string_view bytes);

    std::size_t unsent() const;

    /// Whether nobody reads the output any more.
    bool broken() const;

    /// Ends when at most `bytes` wait to be written, or the output is broken.
    async::Task<> wait_until_sent(std::size_t bytes);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace flux::transport
