#include "workflow/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace flux::workflow {

namespace {

constexpr std::size_t max_name_length = 100;
/// Before `exclude`: what may be gone through at most.
constexpr std::size_t max_products = 64 * max_matrix_jobs;

auto wrong(std::string message) { return fail(Errc::invalid_argument, std::move(message)); }

/// One combination while the includes are laid over it.
struct Draft {
    Object original;  ///< values of the vectors: no include changes them
    Object extras;
};

/// Whether every leaf of `filter` is there in `value`, and equal.
bool matches(const Value& filter, const Value& value) {
    if (filter.kind() == Value::Kind::object) {
        return value.kind() == Value::Kind::object &&
               std::ranges::all_of(filter.object().members(), [&](const Object::Member& member) {
                   const auto* other = value.object().find(member.name);
                   return other != nullptr && matches(member.value, *other);
               });
    }
    if (filter.kind() == Value::Kind::array) {
        if (value.kind() != Value::Kind::array || filter.array().size() > value.array().size()) return false;
        for (std::size_t i = 0; i < filter.array().size(); ++i) {
            if (!matches(filter.array()[i], value.array()[i])) return false;
        }
        return true;
    }
    return loosely_equal(filter, value);
}

/// The mappings under `include` or `exclude`.
Result<std::vector<Object>> mappings(const Object& matrix, std::string_view key) {
    std::vector<Object> result;
    const auto* list = matrix.find(key);
    if (list == nullptr || list->is_null()) return result;
    if (list->kind() != Value::Kind::array) return wrong(fmt::format("`matrix.{}` has to be a list of mappings.", key));
    for (const auto& item : list->array()) {
        if (item.kind() != Value::Kind::object)
            return wrong(fmt::format("`matrix.{}` has to be a list of mappings.", key));
        result.push_back(item.object());
    }
    return result;
}

Result<std::vector<Object::Member>> vectors(const Object& matrix) {
    std::vector<Object::Member> result;
    std::size_t products = 1;
    for (const auto& member : matrix.members()) {
        if (equal_ignoring_case(member.name, "include") || equal_ignoring_case(member.name, "exclude")) continue;
        const auto shown = shortened(member.name, 60);
        if (member.value.kind() != Value::Kind::array)
            return wrong(fmt::format("`matrix.{}` has to be a list.", shown));
        if (member.value.array().empty()) return wrong(fmt::format("`matrix.{}` has no values.", shown));
        products *= member.value.array().size();
        if (products > max_products) return wrong("The matrix has far too many combinations.");
        result.push_back(member);
    }
    return result;
}

/// The first vector turns slowest.
std::vector<Draft> cross_product(const std::vector<Object::Member>& vectors) {
    std::vector<Draft> drafts;
    if (vectors.empty()) return drafts;
    drafts.emplace_back();
    for (const auto& vector : vectors) {
        std::vector<Draft> longer;
        for (const auto& draft : drafts) {
            for (const auto& value : vector.value.array()) {
                longer.push_back(draft);
                longer.back().original.set(vector.name, value);
            }
        }
        drafts = std::move(longer);
    }
    return drafts;
}

/// Lays `include` over every combination that it fits; true if there was one.
bool lay_over(std::vector<Draft>& drafts, std::size_t originals, const Object& include, const Object& keys) {
    bool joined = false;
    for (std::size_t i = 0; i < originals; ++i) {
        auto& draft = drafts[i];
        const bool fits = std::ranges::all_of(include.members(), [&](const Object::Member& member) {
            const auto* value = draft.original.find(member.name);
            return value == nullptr || matches(member.value, *value);
        });
        if (!fits) continue;
        joined = true;
        for (const auto& member : include.members()) {
            if (keys.find(member.name) == nullptr) draft.extras.set(member.name, member.value);
        }
    }
    return joined;
}

void append_leaves(std::string& text, const Value& value) {
    if (value.kind() == Value::Kind::array) {
        for (const auto& item : value.array()) append_leaves(text, item);
    } else if (value.kind() == Value::Kind::object) {
        for (const auto& member : value.object().members()) append_leaves(text, member.value);
    } else if (const auto leaf = to_string(value); !leaf.empty() && text.size() <= max_name_length) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", leaf);
    }
}

Combination finished(Draft draft) {
    auto all = std::move(draft.original);
    for (const auto& member : draft.extras.members()) all.set(member.name, member.value);
    Combination combination;
    std::string leaves;
    combination.matrix = Value{std::move(all)};
    append_leaves(leaves, combination.matrix);
    if (!leaves.empty()) combination.suffix = fmt::format(" ({})", leaves);
    return combination;
}

std::string cut(std::string name) {
    if (name.size() <= max_name_length) return name;
    auto length = max_name_length - 3;
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
    return name.substr(0, length) + "...";
}

Error placed(Error error, Place place) {
    error.message = fmt::format("Line {}, column {}: {}", place.line, place.column, error.message);
    return error;
}

}  // namespace

Result<std::vector<Combination>> expand_matrix(const Value& matrix) {
    if (matrix.kind() != Value::Kind::object) return wrong("`matrix` has to be a mapping.");
    const auto lists = vectors(matrix.object());
    if (!lists) return fail(lists.error());
    const auto excludes = mappings(matrix.object(), "exclude");
    if (!excludes) return fail(excludes.error());
    const auto includes = mappings(matrix.object(), "include");
    if (!includes) return fail(includes.error());

    Object keys;
    for (const auto& list : *lists) keys.set(list.name, Value{true});
    for (const auto& exclude : *excludes) {
        for (const auto& member : exclude.members()) {
            if (keys.find(member.name) == nullptr)
                return wrong(fmt::format("`matrix.exclude` names `{}`, which is no list of the matrix.",
                                         shortened(member.name, 60)));
        }
    }

    auto drafts = cross_product(*lists);
    std::erase_if(drafts, [&](const Draft& draft) {
        const Value original{draft.original};
        return std::ranges::any_of(*excludes, [&](const Object& exclude) { return matches(Value{exclude}, original); });
    });
    const auto originals = drafts.size();
    for (const auto& include : *includes) {
        if (!lay_over(drafts, originals, include, keys)) drafts.push_back({{}, include});
    }
    if (drafts.empty()) return wrong("The matrix has no combination.");
    if (drafts.size() > max_matrix_jobs)
        return wrong(fmt::format("The matrix has {} combinations; {} are allowed.", drafts.size(), max_matrix_jobs));

    std::vector<Combination> combinations;
    for (auto& draft : drafts) combinations.push_back(finished(std::move(draft)));
    return combinations;
}

Result<ExpandedStrategy> expand_strategy(const std::optional<Strategy>& strategy, const Contexts& contexts) {
    ExpandedStrategy expanded;
    if (strategy && strategy->matrix) {
        const auto matrix = evaluate(*strategy->matrix, contexts);
        if (!matrix) return fail(matrix.error());
        auto combinations = expand_matrix(*matrix);
        if (!combinations) return fail(placed(std::move(combinations.error()), strategy->matrix->place));
        expanded.combinations = *std::move(combinations);
    } else {
        expanded.combinations.emplace_back();
    }
    expanded.max_parallel = expanded.combinations.size();
    if (strategy && strategy->fail_fast) {
        const auto fail_fast = evaluate_boolean(*strategy->fail_fast, contexts);
        if (!fail_fast) return fail(fail_fast.error());
        expanded.fail_fast = *fail_fast;
    }
    if (strategy && strategy->max_parallel) {
        const auto most = evaluate_number(*strategy->max_parallel, contexts);
        if (!most) return fail(most.error());
        if (!(*most >= 1)) {
            return fail(
                placed({Errc::invalid_argument, "`max-parallel` has to be 1 or more."}, strategy->max_parallel->place));
        }
        expanded.max_parallel = std::min(expanded.max_parallel, static_cast<std::size_t>(std::min(*most, 1e6)));
    }
    return expanded;
}

Value strategy_context(const ExpandedStrategy& strategy, std::size_t index) {
    return Value{Object{{"fail-fast", Value{strategy.fail_fast}},
                        {"job-index", Value{index}},
                        {"job-total", Value{strategy.combinations.size()}},
                        {"max-parallel", Value{strategy.max_parallel}}}};
}

Result<std::string> display_name(const Job& job, const Combination& combination, const Contexts& contexts) {
    if (!job.name) return cut(job.key + combination.suffix);
    auto name = evaluate_text(*job.name, contexts);
    if (!name) return name;
    if (trimmed(*name).empty()) return cut(job.key + combination.suffix);
    return cut(job.name->value.is_literal() ? *name + combination.suffix : *std::move(name));
}

}  // namespace flux::workflow
