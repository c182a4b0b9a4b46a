#include "mcp/event_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"

namespace flux::mcp {

namespace {

std::string id_of(std::uint64_t stream, std::uint64_t number) { return fmt::format("{}-{}", stream, number); }

struct Place {
    std::uint64_t stream;
    std::uint64_t number;
};

std::optional<Place> place_of(std::string_view id) {
    const auto dash = id.find('-');
    if (dash == std::string_view::npos) return {};
    const auto stream = to_integer(id.substr(0, dash));
    const auto number = to_integer(id.substr(dash + 1));
    if (!stream || !number || *stream < 0 || *number < 0) return {};
    return Place{static_cast<std::uint64_t>(*stream), static_cast<std::uint64_t>(*number)};
}

}  // namespace

EventLog::EventLog(bool primes, Limits limits, std::shared_ptr<EventRoom> room)
    : primes_{primes}, limits_{limits}, room_{std::move(room)} {}

EventLog::~EventLog() { room_->give_back(room_for(*told_)); }

std::size_t EventLog::room_for(const Told& told) { return told.bytes + told.kept.size() * sizeof(Kept); }

std::uint64_t EventLog::open() {
    const std::lock_guard lock{mutex_};
    told_.edit()->streams.emplace(++streams_opened_, Stream{});
    return streams_opened_;
}

std::string EventLog::first_id(std::uint64_t stream) { return id_of(stream, 0); }

EventLog::Written EventLog::add(std::uint64_t stream, std::string_view message) {
    const std::lock_guard lock{mutex_};
    const auto told = told_.edit();
    return write_down(*told, stream, message);
}

EventLog::Written EventLog::close(std::uint64_t stream, std::string_view message) {
    const std::lock_guard lock{mutex_};
    const auto told = told_.edit();
    Written written{{}, false};
    if (!message.empty()) written = write_down(*told, stream, message);
    const auto found = told->streams.find(stream);
    if (found == told->streams.end()) return written;
    written.resumed = found->second.resumed;
    found->second.over = true;
    if (const auto sink = found->second.sink.lock()) sink->finish();
    if (found->second.kept == 0) told->streams.erase(found);
    return written;
}

bool EventLog::is_resumed(std::uint64_t stream) const {
    const std::lock_guard lock{mutex_};
    const auto found = told_->streams.find(stream);
    return found != told_->streams.end() && found->second.resumed;
}

std::optional<EventLog::Rest> EventLog::resume(std::string_view id, const std::shared_ptr<EventSink>& sink) {
    const auto place = place_of(id);
    if (!place) return {};
    const std::lock_guard lock{mutex_};
    const auto told = told_.edit();
    // The own stream is there from the beginning, whether anything was said on it or not.
    if (place->stream == own_stream) told->streams.try_emplace(own_stream);
    const auto found = told->streams.find(place->stream);
    if (found == told->streams.end()) return {};
    auto& stream = found->second;
    if (place->number > stream.last || place->number < stream.dropped) return {};
    Rest rest{place->stream, {}, stream.over};
    for (const auto& event : told->kept) {
        if (event.stream == place->stream && event.number > place->number) {
            rest.events.push_back({id_of(event.stream, event.number), event.message});
        }
    }
    stream.resumed = true;
    if (!stream.over) {
        // Whoever comes back knows better than a connection that is still thought to be there.
        if (const auto before = stream.sink.lock()) before->finish();
        stream.sink = sink;
    }
    return rest;
}

bool EventLog::follow_own(const std::shared_ptr<EventSink>& sink) {
    const std::lock_guard lock{mutex_};
    const auto told = told_.edit();
    auto& stream = told->streams[own_stream];
    if (const auto before = stream.sink.lock(); before && before->is_open()) return false;
    stream.sink = sink;
    return true;
}

void EventLog::end() {
    const std::lock_guard lock{mutex_};
    const auto told = told_.edit();
    for (auto& [number, stream] : told->streams) {
        if (const auto sink = stream.sink.lock()) sink->finish();
    }
    room_->give_back(room_for(*told));
    *told = {};
}

EventLog::Written EventLog::write_down(Told& told, std::uint64_t number, std::string_view message) const {
    auto& stream = told.streams[number];
    ++stream.last;
    ++stream.kept;
    told.kept.push_back({number, stream.last, std::string{message}});
    told.bytes += message.size();
    room_->take(message.size() + sizeof(Kept));
    Written written{id_of(number, stream.last), stream.resumed};
    if (const auto sink = stream.sink.lock()) sink->deliver({written.id, std::string{message}});
    while (is_too_much(told)) drop_oldest(told);
    return written;
}

bool EventLog::is_too_much(const Told& told) const {
    return told.kept.size() > limits_.events || told.bytes > limits_.bytes ||
           (room_->is_overdrawn() && room_for(told) > limits_.own_bytes);
}

void EventLog::drop_oldest(Told& told) const {
    const auto oldest = std::move(told.kept.front());
    told.kept.pop_front();
    told.bytes -= oldest.message.size();
    room_->give_back(oldest.message.size() + sizeof(Kept));
    const auto found = told.streams.find(oldest.stream);
    if (found == told.streams.end()) return;
    found->second.dropped = oldest.number;
    --found->second.kept;
    if (found->second.over && found->second.kept == 0) told.streams.erase(found);
}

}  // namespace flux::mcp
