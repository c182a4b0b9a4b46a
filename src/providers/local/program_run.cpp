#include "providers/local/program_run.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace flux::providers::local {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto interrupt_grace = 7500ms;
constexpr auto terminate_grace = 2500ms;
constexpr auto orphan_grace = 5s;
constexpr auto partial_line_after = 250ms;

/// SIGINT, then SIGTERM, then the end: one step at a time, each when its turn has come.
class Ending {
public:
    bool begun() const { return begun_; }
    void begin(Clock::time_point now, bool at_once) {
        begun_ = true;
        next_at_ = now;
        if (at_once) stage_ = 2;
    }
    /// Whether everything has to be killed now.
    bool advance(Clock::time_point now, Cage::Running& running) {
        if (!begun_ || now < next_at_) return false;
        if (stage_ == 2) return true;
        Cage::signal(running, stage_ == 0 ? SIGINT : SIGTERM);
        next_at_ = now + (stage_ == 0 ? interrupt_grace : terminate_grace);
        ++stage_;
        return false;
    }

private:
    bool begun_ = false;
    int stage_ = 0;
    Clock::time_point next_at_{};
};

}  // namespace

Result<ProgramEnd> run_in_cage(Cage& cage, const Cage::Program& program, StepLog& log, const ProgramLimits& limits) {
    auto started = cage.start(program);
    if (!started) return fail(std::move(started.error()));
    auto running = std::move(*started);
    auto& interruption = *limits.interruption;

    ProgramEnd end;
    Ending ending;
    bool asked = false;
    bool silent = false;
    std::optional<Clock::time_point> exited_at;
    std::array<char, 65536> bytes{};
    for (;;) {
        // Once the cancellation is known its descriptor would be readable for ever.
        std::array<pollfd, 3> watched{pollfd{running.process.output(), POLLIN, 0},
                                      pollfd{exited_at ? -1 : running.process.ended(), POLLIN, 0},
                                      pollfd{asked ? -1 : interruption.descriptor(), POLLIN, 0}};
        const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(partial_line_after / 1ms));
        cage.drain();
        const auto now = Clock::now();

        if (watched[0].revents != 0) {
            const auto length = ::read(running.process.output(), bytes.data(), bytes.size());
            if (length > 0) log.feed({bytes.data(), static_cast<std::size_t>(length)});
            if (length == 0) running.process.close_output();
            silent = false;
        } else if (ready == 0 && !silent) {
            log.pause();
            silent = true;
        }

        if (!asked && interruption.requested()) {
            asked = true;
            if (!limits.may_go_on || !limits.may_go_on()) {
                end.how = ProgramEnd::How::cancelled;
                if (!ending.begun()) ending.begin(now, false);
            }
        }
        if (!ending.begun() && limits.deadline && now >= *limits.deadline) {
            end.how = ProgramEnd::How::timed_out;
            ending.begin(now, false);
        }
        if (asked && !ending.begun() && interruption.overdue()) {
            end.how = ProgramEnd::How::cancelled;
            ending.begin(now, true);
        }
        if (ending.advance(now, running)) break;

        if (!exited_at && running.process.exit_code()) exited_at = now;
        if (exited_at) {
            if (running.process.output() < 0) break;
            if (ending.begun() && watched[0].revents == 0) break;
            if (now > *exited_at + orphan_grace) break;
        }
    }

    if (ending.begun()) {
        // What shared the step's fate may have ignored the signals or hidden in a session of its own.
        running.process.kill_tree();
        cage.end_everything();
        for (ssize_t length = 1; running.process.output() >= 0 && length > 0;) {
            length = ::read(running.process.output(), bytes.data(), bytes.size());
            if (length > 0) log.feed({bytes.data(), static_cast<std::size_t>(length)});
        }
    }
    end.exit_code = running.process.wait();
    log.program_ended();
    if (!ending.begun()) cage.leave_behind(std::move(running));
    return end;
}

}  // namespace flux::providers::local
