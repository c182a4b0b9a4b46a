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

EventLog::EventLog(bool primes, Limits limits) : primes_{primes}, limits_{limits} {
    streams_.emplace(own_stream, Stream{});
}

std::uint64_t EventLog::open() {
    const std::lock_guard lock{mutex_};
    streams_.emplace(++streams_opened_, Stream{});
    return streams_opened_;
}

std::string EventLog::first_id(std::uint64_t stream) { return id_of(stream, 0); }

std::string EventLog::add(std::uint64_t stream, std::string_view message) {
    const std::lock_guard lock{mutex_};
    return write_down(stream, message);
}

std::string EventLog::close(std::uint64_t stream, std::string_view message) {
    const std::lock_guard lock{mutex_};
    std::string id;
    if (!message.empty()) id = write_down(stream, message);
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return id;
    found->second.over = true;
    if (const auto sink = found->second.sink.lock()) sink->finish();
    if (found->second.kept == 0) streams_.erase(found);
    return id;
}

std::optional<EventLog::Rest> EventLog::resume(std::string_view id, const std::shared_ptr<EventSink>& sink) {
    const auto place = place_of(id);
    if (!place) return {};
    const std::lock_guard lock{mutex_};
    const auto found = streams_.find(place->stream);
    if (found == streams_.end()) return {};
    auto& stream = found->second;
    if (place->number > stream.last || place->number < stream.dropped) return {};
    Rest rest{place->stream, {}, stream.over};
    for (const auto& event : kept_) {
        if (event.stream == place->stream && event.number > place->number) {
            rest.events.push_back({id_of(event.stream, event.number), event.message});
        }
    }
    if (!stream.over) {
        // Whoever comes back knows better than a connection that is still thought to be there.
        if (const auto before = stream.sink.lock()) before->finish();
        stream.sink = sink;
    }
    return rest;
}

bool EventLog::follow_own(const std::shared_ptr<EventSink>& sink) {
    const std::lock_guard lock{mutex_};
    auto& stream = streams_[own_stream];
    if (const auto before = stream.sink.lock(); before && before->is_open()) return false;
    stream.sink = sink;
    return true;
}

void EventLog::end() {
    const std::lock_guard lock{mutex_};
    for (auto& [number, stream] : streams_) {
        if (const auto sink = stream.sink.lock()) sink->finish();
    }
    streams_.clear();
    kept_.clear();
    bytes_ = 0;
}

std::string EventLog::write_down(std::uint64_t number, std::string_view message) {
    auto& stream = streams_[number];
    ++stream.last;
    ++stream.kept;
    kept_.push_back({number, stream.last, std::string{message}});
    bytes_ += message.size();
    const auto id = id_of(number, stream.last);
    if (const auto sink = stream.sink.lock()) sink->deliver({id, std::string{message}});
    while (kept_.size() > limits_.events || bytes_ > limits_.bytes) drop_oldest();
    return id;
}

void EventLog::drop_oldest() {
    const auto oldest = std::move(kept_.front());
    kept_.pop_front();
    bytes_ -= oldest.message.size();
    const auto found = streams_.find(oldest.stream);
    if (found == streams_.end()) return;
    found->second.dropped = oldest.number;
    --found->second.kept;
    if (found->second.over && found->second.kept == 0) streams_.erase(found);
}

}  // namespace flux::mcp
