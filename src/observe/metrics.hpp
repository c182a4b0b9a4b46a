#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flux::observe {

/// How often something has happened. Any thread; one relaxed addition, where prometheus::Counter compares and swaps a
/// double.
class Counter {
public:
    void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// What the server shows of itself to Prometheus. Each series is named while the server is put together, so their
/// number never grows with what clients do: no ids, branches, principals or secrets in a label. Thread-safe.
///
/// Names begin with `fluxmcp_` and end in their unit, or in `_total` where they only grow (prometheus.io, "Metric and
/// label naming"). What is called by one name has one help text and one set of label names.
class Metrics {
public:
    Metrics() = default;
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// A new series. The counter lives as long as this.
    Counter& counter(std::string name, std::string help, Labels labels);
    /// A series of somebody else's counter, which outlives the last text().
    void counter(std::string name, std::string help, Labels labels, const Counter& counter);

    /// Nothing: the series isn't shown now.
    using Value = std::function<std::optional<double>()>;
    /// A new series whose value is asked for by each text(), on its thread: it answers from what it knows.
    void gauge(std::string name, std::string help, Labels labels, Value value);

    /// All of it in Prometheus' text format, version 0.0.4.
    std::string text() const;

private:
    struct Series {
        Labels labels;
        Value value;
    };
    struct Family {
        std::string name;
        std::string help;
        bool grows = false;
        std::vector<Series> series;
    };

    void add(std::string name, std::string help, bool grows, Series series);

    mutable std::mutex mutex_;
    std::deque<Counter> counters_;  ///< which stay where they are
    std::vector<Family> families_;
};

inline constexpr const char* metrics_media_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace flux::observe
