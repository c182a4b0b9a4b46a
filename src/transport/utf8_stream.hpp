#pragma once

#include <string_view>

namespace flux::transport {

/// Checks UTF-8 that arrives in pieces cut anywhere, and fails at the first byte that cannot belong to a well-formed
/// text.
class Utf8Stream {
public:
    /// False from the first wrong byte on; the stream is of no use then.
    bool feed(std::string_view text);

    /// Whether the text may end here: no character is open.
    bool complete() const { return missing_ == 0; }

private:
    int missing_ = 0;             ///< continuation bytes of the open character
    unsigned char least_ = 0x80;  ///< bounds of the next one: they exclude overlong forms, surrogates and what is
    unsigned char most_ = 0xBF;   ///< beyond U+10FFFF
};

}  // namespace flux::transport
