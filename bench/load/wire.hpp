#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "options.hpp"

namespace flux::bench {

/// What is sent, and how it is framed.
class Requests {
public:
    explicit Requests(const Options& options) : options_{options} {}

    /// The upgrade; only for WebSockets.
    std::string upgrade() const;
    /// `initialize` with id 0.
    std::string initialize() const;
    /// `notifications/initialized`, in the session if there is one.
    std::string initialized(std::string_view session) const;
    /// The measured request, with an id of eight digits that `set_id` overwrites, and where it stands.
    struct Call {
        std::string bytes;
        std::size_t id_at = 0;
    };
    Call call(std::string_view session) const;

private:
    std::string framed(std::string_view message, std::string_view session, std::string_view method) const;

    const Options& options_;
};

/// Overwrites eight digits.
void set_id(char* digits, unsigned id);

/// One answer out of what has come: how many bytes it took, and the message in it (empty: there was none in it).
struct Answer {
    std::size_t size = 0;
    std::string_view message;
    std::string_view head;  ///< over HTTP
    int status = 0;         ///< over HTTP, and of the upgrade
};

/// The first whole answer in `bytes`; nothing while it isn't whole. Throws std::runtime_error for what isn't one.
std::optional<Answer> read_http_answer(std::string_view bytes);
std::optional<Answer> read_frame(std::string_view bytes);

/// The session that a head names; empty: none.
std::string session_in(std::string_view head);

/// The `id` of a response that holds a result; throws std::runtime_error for anything else.
unsigned id_of_result(std::string_view message);

}  // namespace flux::bench
