#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace flux::providers::local {

/// SHA-256, piece by piece.
class Digest {
public:
    Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;
    ~Digest();

    void add(std::string_view bytes);
    /// The 32 bytes; the digest is used up.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string to_hex(std::string_view bytes);

}  // namespace flux::providers::local
