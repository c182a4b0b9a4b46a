#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mostly_empty.hpp"
#include "mcp/event_room.hpp"

namespace flux::mcp {

/// How long a client waits before it resumes a stream that was closed.
inline constexpr std::chrono::milliseconds resume_after{500};

struct Event {
    std::string id;
    std::string message;
};

/// Who gets the rest of a stream. Called under the log's lock, from any thread: it only passes on.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void deliver(Event event) = 0;
    virtual void finish() = 0;
    virtual bool is_open() const = 0;
};

/// What one session was told over its event streams, so that a client that lost a connection can hear the rest: the
/// session's own stream (a GET), and one for each reply that became a stream. Bounded in events and bytes, by itself
/// and together with the others that share its room; its oldest go first. Thread-safe.
class EventLog {
public:
    /// The session's own stream; the others are numbered by `open`.
    static constexpr std::uint64_t own_stream = 0;

    struct Limits {
        std::uint32_t events = 256;
        std::uint32_t bytes = 256 * 1024;
        std::uint32_t own_bytes = 16 * 1024;  ///< that it keeps even where the room is used up
    };

    /// `primes`: whether streams begin with an event that only carries an id, which older clients choke on. `room` is
    /// what many logs share.
    EventLog(bool primes, Limits limits, std::shared_ptr<EventRoom> room);
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;
    ~EventLog();

    bool primes() const { return primes_; }

    /// A new stream.
    std::uint64_t open();

    /// The id under which a stream begins.
    static std::string first_id(std::uint64_t stream);

    struct Written {
        std::string id;
        bool resumed;  ///< the stream goes on elsewhere, where the message went already
    };

    /// Writes down what a stream says, and hands it to whoever has resumed that stream.
    Written add(std::uint64_t stream, std::string_view message);

    /// The same for its last message, if there is one.
    Written close(std::uint64_t stream, std::string_view message);

    /// Whether a client has come back for the stream: then it is not to be heard where it began.
    bool is_resumed(std::uint64_t stream) const;

    struct Rest {
        std::uint64_t stream;
        std::vector<Event> events;
        bool over;  ///< nothing will follow them
    };

    /// What followed the event `id` on its stream; unless that is over, `sink` gets what is still to come. Nothing if
    /// the id isn't one of this log, or what followed it has been dropped. Whoever heard the stream until now hears no
    /// more of it: one message goes out on one stream only.
    std::optional<Rest> resume(std::string_view id, const std::shared_ptr<EventSink>& sink);

    /// Has `sink` hear the session's own stream from now on. False if somebody hears it already.
    bool follow_own(const std::shared_ptr<EventSink>& sink);

    /// Ends whatever anybody hears.
    void end();

private:
    struct Stream {
        std::uint64_t last = 0;     ///< number of its newest event; 0 is the one that begins it
        std::uint64_t dropped = 0;  ///< the newest one that is not kept any more
        std::size_t kept = 0;
        bool over = false;
        bool resumed = false;
        std::weak_ptr<EventSink> sink;
    };
    struct Kept {
        std::uint64_t stream;
        std::uint64_t number;
        std::string message;
    };

    /// What was told. A session whose answers never became streams has nothing of it, not even its own stream.
    struct Told {
        std::unordered_map<std::uint64_t, Stream> streams;
        std::list<Kept> kept;
        std::size_t bytes = 0;

        bool empty() const { return streams.empty(); }
    };

    Written write_down(Told& told, std::uint64_t stream, std::string_view message) const;
    void drop_oldest(Told& told) const;
    bool is_too_much(const Told& told) const;
    static std::size_t room_for(const Told& told);

    const bool primes_;
    const Limits limits_;
    const std::shared_ptr<EventRoom> room_;
    mutable std::mutex mutex_;
    std::uint64_t streams_opened_ = own_stream;
    MostlyEmpty<Told> told_;
};

}  // namespace flux::mcp
