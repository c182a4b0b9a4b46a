#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flux::logs {

enum class ByteOrder : std::uint8_t { little, big };

/// Makes UTF-8 of UTF-16 that comes in pieces, cut anywhere. What is malformed becomes U+FFFD, NUL stays.
class Utf16Decoder {
public:
    explicit Utf16Decoder(ByteOrder order) : order_{order} {}

    void feed(std::string_view bytes, std::string& utf8);
    /// The text is over: half a character at its end becomes U+FFFD.
    void finish(std::string& utf8);

private:
    void take(char16_t unit, std::string& utf8);

    ByteOrder order_;
    std::optional<unsigned char> first_byte_;  ///< of a unit
    char16_t high_ = 0;                        ///< the first unit of a pair; 0: none
};

/// Makes UTF-8 of a file that comes in pieces where its byte order mark says that it is UTF-16, as PowerShell's `>` and
/// `Tee-Object` write it. Other files pass as they are.
class FileDecoder {
public:
    /// What the next bytes of the file give; lives until the next call, and as long as `bytes`.
    std::string_view feed(std::string_view bytes);
    /// The file is over, and another may begin: what is left of it.
    std::string_view finish();
    /// What comes is not the file's beginning.
    void begin_behind() { decided_ = true; }

private:
    bool decided_ = false;
    bool half_mark_ = false;  ///< the first byte of what may be a mark, `mark_`, is all that came
    char mark_ = 0;
    std::optional<Utf16Decoder> wide_;
    std::string utf8_;
};

/// A line of UTF-8 with UTF-16 in it, as of a file that a script printed into its log: `utf8` becomes the whole line,
/// its UTF-16 decoded, without NUL. False: it doesn't look like one. Where a line has no byte order mark it is taken
/// for little-endian; half a line feed of the line before is passed over.
bool decode_wide_line(std::string_view line, std::string& utf8);

}  // namespace flux::logs
