#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace flux {

/// Text that must not be seen: it has no stream operator and no formatter, and it is wiped when it goes.
/// `reveal` is the one way out, so that every use can be found by its name.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_{std::move(text)} {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : text_{std::move(other.text_)} { other.wipe(); }
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(); }

    bool empty() const { return text_.empty(); }
    std::string_view reveal() const { return text_; }

private:
    void wipe() noexcept;

    std::string text_;
};

}  // namespace flux
