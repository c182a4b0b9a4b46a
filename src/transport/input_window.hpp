#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace flux::transport {

/// The one buffer that all connections of a loop read into. What several have read in a turn lies there side by side,
/// until each has taken up its own.
///
/// Belongs to its loop's thread.
class InputWindow {
public:
    static constexpr std::size_t size = 128 * 1024;
    /// What is kept for whoever reads next.
    static constexpr std::size_t least_room = 80 * 1024;
    /// Readable bytes behind the window, which fast readers of JSON and text want.
    static constexpr std::size_t padding = 64;

    /// The bytes that one connection has read. They are gone with it.
    class Claim {
    public:
        Claim() = default;
        Claim(Claim&& other) noexcept
            : window_{std::exchange(other.window_, nullptr)}, bytes_{std::exchange(other.bytes_, {})} {}
        Claim& operator=(Claim&& other) noexcept {
            std::swap(window_, other.window_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Claim() {
            if (window_ != nullptr && --window_->claims_ == 0) window_->used_ = 0;
        }

        std::span<char> bytes() const { return bytes_; }
        bool empty() const { return bytes_.empty(); }

    private:
        friend class InputWindow;
        Claim(InputWindow& window, std::span<char> bytes) : window_{&window}, bytes_{bytes} {}

        InputWindow* window_ = nullptr;
        std::span<char> bytes_;
    };

    /// Where the next may read into.
    std::span<char> room() { return {bytes_.get() + used_, size - used_}; }
    bool has_room() const { return size - used_ >= least_room; }

    /// The first `count` bytes of the room.
    Claim claim(std::size_t count) {
        const auto bytes = room().first(count);
        used_ += count;
        ++claims_;
        return {*this, bytes};
    }

private:
    std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(size + padding);
    std::size_t used_ = 0;
    std::size_t claims_ = 0;
};

}  // namespace flux::transport
