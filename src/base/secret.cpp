#include "base/secret.hpp"

#include <cstddef>

namespace flux {

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe();
        text_ = other.text_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        text_ = std::move(other.text_);
        other.wipe();
    }
    return *this;
}

void Secret::wipe() noexcept {
    // Through a volatile pointer, or the compiler drops stores to memory that is about to be freed. The whole capacity,
    // because a moved-from short string keeps its bytes behind its size.
    text_.resize(text_.capacity());
    volatile char* bytes = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
    text_.clear();
}

}  // namespace flux
