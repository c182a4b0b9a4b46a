#pragma once

#include <memory>

namespace flux {

/// A value that is empty most of the time, and takes the memory of a pointer then. An empty std::unordered_map has 56
/// bytes, and keeps its buckets once it was filled; where there are thousands of owners, that is what they cost.
///
/// `T` is made by `T{}` and says by `empty()` whether it may be let go of. As thread-safe as `T` is.
template <class T>
class MostlyEmpty {
public:
    /// The value while it is changed. It is let go of afterwards if it is empty; one at a time.
    class Edit {
    public:
        explicit Edit(std::unique_ptr<T>& value) : value_{value} {
            if (!value_) value_ = std::make_unique<T>();
        }
        Edit(const Edit&) = delete;
        Edit& operator=(const Edit&) = delete;
        ~Edit() {
            if (value_->empty()) value_.reset();
        }

        T& operator*() const { return *value_; }
        T* operator->() const { return value_.get(); }

    private:
        std::unique_ptr<T>& value_;
    };

    Edit edit() { return Edit{value_}; }

    const T& operator*() const {
        static const T nothing{};
        return value_ ? *value_ : nothing;
    }
    const T* operator->() const { return &**this; }

private:
    std::unique_ptr<T> value_;
};

}  // namespace flux
