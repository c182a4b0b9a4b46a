#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "async/timer.hpp"
#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "transport/loop.hpp"
#include "transport/readiness.hpp"

namespace flux::transport {

/// One peer on a stream socket: bytes in, bytes out, and when to stop. What the bytes mean is for those who derive.
///
/// A connection that waits owns no buffer and no coroutine: its loop tells it that there is something to read, it reads
/// into its loop's window, and keeps only what is not whole yet. What is answered while input is handled leaves
/// together, when all that were ready with it have been heard, unless it is long; what comes later is joined per turn
/// of the loop. A peer that does not read is not read from, and is closed at the limits.
class Connection : public std::enable_shared_from_this<Connection>, private Readiness::Hearer {
public:
    /// `socket` is a connected stream socket that doesn't block.
    Connection(Loop& loop, FileDescriptor socket);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection();

    /// Reads until the connection ends, and keeps it alive until then.
    void serve();

    /// Closes the socket at once.
    void cut();

    /// The loop's coarse clock has moved. Looks at the deadlines.
    virtual void tick();

    /// The server is going: end as soon as nothing is in flight.
    virtual void drain() = 0;

    /// Whether a server that is going waits for this connection's end.
    virtual bool delays_end() const { return true; }

protected:
    /// Takes what is whole from the front of the window and says how many bytes it took; what remains comes again, with
    /// more behind it. May write to the window.
    virtual std::size_t consume(char* data, std::size_t size) = 0;

    /// The peer has gone, or the socket was closed: nothing can be read or written any more. Called once.
    virtual void ended() = 0;

    /// Whether a peer that has closed its sending half still gets something; it is waited for then, until `cut`.
    virtual bool owes_answers() const { return false; }

    /// Everything that was written has been taken by the socket.
    virtual void drained() {}

    Loop& loop() { return loop_; }
    const Loop& loop() const { return loop_; }

    /// Where answers are appended; `flush_soon` afterwards.
    std::string& out();
    void flush_soon();

    /// Bytes that the socket has not taken yet.
    std::size_t unsent() const { return out_.size() - sent_; }
    /// Whether what comes next has to wait until the peer has read more of what it was told. What remains of the window
    /// comes again by then.
    bool must_wait();
    /// Whether the peer is so far behind that it has to be given up. Asked after each message: one alone may be of any
    /// length.
    bool overrun();
    /// Ends when the socket has taken everything, or is closed.
    async::Task<> wait_until_sent();

    /// What was kept is looked at again, in a turn of its own: whatever held it up is over.
    void resume();

    /// Sends what waits, tells the peer that no more will come, and discards what it still sends for a short while: a
    /// socket closed with unread bytes would take the last answer with it.
    void close_when_sent();

    /// Whether the peer has closed its sending half.
    bool input_over() const { return input_over_; }
    bool closing() const { return closing_; }
    bool closed() const { return closed_; }
    SteadyTime now() const { return loop_.now(); }

    /// The socket and what belongs to it, for the connection that takes this one's place.
    struct Handover {
        FileDescriptor socket;
        std::string out;
    };
    /// Ends this connection without closing its socket. Only while a window is handled.
    Handover hand_over();
    bool can_hand_over() const { return !write_waits_ && !closing_; }
    /// Takes over bytes that were read and written before.
    void take_over(std::string out, std::string input);

private:
    friend class Loop;

    bool ready(std::uint32_t events) override;
    void answer_input() override;
    void send_output() override;
    template <class Step>
    void guarded(Step step);
    bool wants_input() const;
    bool receive();
    void handle(char* data, std::size_t size);
    void handle_kept();
    void flush();
    void wait_writable();
    void watch();
    bool is_over() const;
    void end_soon();
    void end();
    void leave_loop();
    void wake();
    async::Timer& woken();

    Loop& loop_;
    FileDescriptor socket_;
    std::shared_ptr<Connection> self_;  ///< from `serve` to the end
    InputWindow::Claim input_;          ///< what was read in this turn
    std::string kept_;                  ///< input that is not whole yet
    std::string out_;
    std::size_t sent_ = 0;                   ///< of `out_`
    std::unique_ptr<async::Timer> waiting_;  ///< while someone waits until all is sent
    SteadyTime progress_at_;                 ///< when the socket last took something, while something waits
    SteadyTime closing_at_;
    std::size_t discarded_ = 0;
    std::uint32_t watched_ = 0;  ///< the events that the loop tells
    bool handling_ = false;
    bool flush_posted_ = false;
    bool flush_put_off_ = false;  ///< to the last step of the turn
    bool write_waits_ = false;
    bool held_up_ = false;   ///< what is kept waits until all is sent
    bool too_much_ = false;  ///< already at the last message, more waited than may
    bool closing_ = false;   ///< nothing is consumed any more
    bool input_over_ = false;
    bool shut_ = false;  ///< the sending half is closed
    bool closed_ = false;
    bool handed_over_ = false;
    bool end_posted_ = false;
    bool ended_ = false;
    bool listed_ = true;  ///< in the loop's list

    Connection* previous_ = nullptr;  ///< the loop's list
    Connection* next_ = nullptr;
};

}  // namespace flux::transport
