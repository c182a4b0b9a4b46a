#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/text.hpp"
#include "logs/visible_text.hpp"

namespace flux::cli {

namespace {

constexpr std::string_view clear_line = "\r\x1b[K";

std::size_t width() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace

Terminal::Terminal() {
    const auto* term = std::getenv("TERM");
    interactive_ = ::isatty(STDOUT_FILENO) == 1 && (term == nullptr || std::string_view{term} != "dumb");
    // https://no-color.org: any value but the empty one.
    const auto* no_colour = std::getenv("NO_COLOR");
    colours_ = interactive_ && (no_colour == nullptr || *no_colour == '\0');
}

Terminal::~Terminal() { show_now({}); }

void Terminal::print(std::string_view text) {
    if (text.empty()) return;
    std::string whole;
    if (!now_.empty()) whole += clear_line;
    whole += text;
    whole += now_;
    write(whole);
}

void Terminal::show_now(const std::string& line) {
    if (!interactive_) return;
    // A line that wraps could not be taken back. Its colours are left out of the count by leaving them out altogether.
    auto fitting = shortened(logs::visible_text(line, logs::Escapes::none), width() - 1);
    if (fitting == now_) return;
    now_ = std::move(fitting);
    write(std::string{clear_line} + now_);
}

void Terminal::write(std::string_view text) {
    while (!text.empty() && !closed_) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            closed_ = true;
        }
    }
}

}  // namespace flux::cli
