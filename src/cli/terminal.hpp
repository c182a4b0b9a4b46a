#pragma once

#include <string>
#include <string_view>

namespace flux::cli {

/// Standard output, with one line at its bottom that changes while something runs. Plain lines when it is no terminal.
class Terminal {
public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool is_interactive() const { return interactive_; }
    bool has_colours() const { return colours_; }

    /// Writes whole lines above the changing one.
    void print(std::string_view text);

    /// Replaces the changing line; empty: none. Does nothing in a pipe.
    void show_now(const std::string& line);

    /// Whoever read the output has gone.
    bool is_closed() const { return closed_; }

private:
    void write(std::string_view text);

    bool interactive_ = false;
    bool colours_ = false;
    bool closed_ = false;
    std::string now_;
};

}  // namespace flux::cli
