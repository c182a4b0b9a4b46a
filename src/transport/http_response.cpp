#include "transport/http_response.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>

namespace flux::transport {

namespace {

/// The line as it is sent, made once a second and thread.
std::string_view date_line() {
    thread_local std::time_t made_at = 0;
    thread_local std::array<char, 48> line{};
    thread_local std::size_t length = 0;
    const std::time_t now = std::time(nullptr);
    if (now != made_at || length == 0) {
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        // No strftime: its day and month names follow the process's locale.
        static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const auto end = fmt::format_to_n(line.data(), line.size(), "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                                          days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                          months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                          parts.tm_hour, parts.tm_min, parts.tm_sec);
        length = static_cast<std::size_t>(end.out - line.data());
        made_at = now;
    }
    return {line.data(), length};
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

std::string_view reason_phrase(int status) {
    switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
    }
}

void append_status(std::string& out, int status) {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(status));
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
    out += date_line();
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    out += "\r\n";
}

void append_head_end(std::string& out) { out += "\r\n"; }

void append_body(std::string& out, std::string_view body) {
    out += "Content-Length: ";
    append_number(out, body.size());
    out += "\r\n\r\n";
    out += body;
}

void append_response(std::string& out, const HttpResponse& response, ResponseFrame frame) {
    append_status(out, response.status);
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    for (const auto& [name, value] : response.fields) append_field(out, name, value);
    if (!frame.keep_alive) out += "Connection: close\r\n";
    // These two never have a body, and a length would be one that belongs to something else.
    if (response.status == 204 || response.status == 304) {
        append_head_end(out);
        return;
    }
    if (!response.file && !response.source && !frame.head_only) {
        append_body(out, response.body);
        return;
    }
    if (response.source && !response.length) {
        if (frame.chunked) out += "Transfer-Encoding: chunked\r\n";
        append_head_end(out);
        return;
    }
    out += "Content-Length: ";
    append_number(out, response.file     ? response.file->length
                       : response.source ? *response.length
                                         : response.body.size());
    out += "\r\n\r\n";
}

}  // namespace flux::transport
