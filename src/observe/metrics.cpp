#include "observe/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace flux::observe {

Counter& Metrics::counter(std::string name, std::string help, Labels labels) {
    Counter* made = nullptr;
    {
        const std::scoped_lock lock{mutex_};
        made = &counters_.emplace_back();
    }
    counter(std::move(name), std::move(help), std::move(labels), *made);
    return *made;
}

void Metrics::counter(std::string name, std::string help, Labels labels, const Counter& counter) {
    auto value = [&counter]() -> std::optional<double> { return static_cast<double>(counter.value()); };
    add(std::move(name), std::move(help), true, {.labels = std::move(labels), .value = std::move(value)});
}

void Metrics::gauge(std::string name, std::string help, Labels labels, Value value) {
    add(std::move(name), std::move(help), false, {.labels = std::move(labels), .value = std::move(value)});
}

void Metrics::add(std::string name, std::string help, bool grows, Series series) {
    const std::scoped_lock lock{mutex_};
    auto family = std::ranges::find(families_, name, &Family::name);
    if (family == families_.end()) {
        families_.push_back({.name = std::move(name), .help = std::move(help), .grows = grows, .series = {}});
        family = std::prev(families_.end());
    }
    family->series.push_back(std::move(series));
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> shown;
    const std::scoped_lock lock{mutex_};
    for (const auto& family : families_) {
        prometheus::MetricFamily one;
        one.name = family.name;
        one.help = family.help;
        one.type = family.grows ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
        for (const auto& series : family.series) {
            const auto value = series.value();
            if (!value) continue;
            auto& metric = one.metric.emplace_back();
            for (const auto& [name, text] : series.labels) metric.label.push_back({name, text});
            metric.counter.value = *value;
            metric.gauge.value = *value;
        }
        if (!one.metric.empty()) shown.push_back(std::move(one));
    }
    return prometheus::TextSerializer{}.Serialize(shown);
}

}  // namespace flux::observe
