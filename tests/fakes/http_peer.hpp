#pragma once

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace flux {

/// A small HTTP server on loopback: hands each request, head and body as sent, to a function that writes what it likes
/// to the socket. A connection is closed when the function returns false.
class HttpPeer {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Answer = std::function<bool(Socket&, const std::string& request)>;

    explicit HttpPeer(Answer answer)
        : answer_{std::move(answer)},
          acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
          accepting_{[this] { accept(); }} {}
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;
    ~HttpPeer() {
        stopping_ = true;
        boost::system::error_code error;
        Socket wake{context_};
        wake.connect(acceptor_.local_endpoint(), error);
        accepting_.join();
        {
            const std::scoped_lock lock{mutex_};
            for (auto& socket : sockets_) socket.shutdown(Socket::shutdown_both, error);
        }
        for (auto& thread : threads_) thread.join();
    }

    std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + std::string{path};
    }
    std::vector<std::string> requests() const {
        const std::scoped_lock lock{mutex_};
        return requests_;
    }
    int connections() const { return connections_; }

    static void write(Socket& socket, std::string_view text) {
        boost::system::error_code error;
        boost::asio::write(socket, boost::asio::buffer(text), error);
    }
    static std::string reply(int status, std::string_view body, std::string_view fields = {}) {
        return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string{fields} + "\r\n" + std::string{body};
    }

private:
    void accept() {
        while (true) {
            Socket socket{context_};
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (stopping_) return;
            if (error) continue;
            ++connections_;
            const std::scoped_lock lock{mutex_};
            sockets_.push_back(std::move(socket));
            threads_.emplace_back([this, &mine = sockets_.back()] { serve(mine); });
        }
    }

    void serve(Socket& socket) {
        std::string data;
        boost::system::error_code error;
        while (true) {
            const auto head = boost::asio::read_until(socket, boost::asio::dynamic_buffer(data), "\r\n\r\n", error);
            if (error) break;
            auto length = length_of(data.substr(0, head));
            if (data.size() < head + length) {
                const auto rest = head + length - data.size();
                boost::asio::read(socket, boost::asio::dynamic_buffer(data), boost::asio::transfer_exactly(rest),
                                  error);
                if (error) break;
            }
            auto request = data.substr(0, head + length);
            data.erase(0, head + length);
            {
                const std::scoped_lock lock{mutex_};
                requests_.push_back(request);
            }
            if (!answer_(socket, request)) break;
        }
        socket.shutdown(Socket::shutdown_both, error);
        const std::scoped_lock lock{mutex_};
        socket.close(error);
    }

    static std::size_t length_of(const std::string& head) {
        const auto lower = ascii_lower(head);
        const auto at = lower.find("content-length:");
        if (at == std::string::npos) return 0;
        const auto end = lower.find('\r', at);
        return static_cast<std::size_t>(
            to_integer(trimmed(std::string_view{lower}.substr(at + 15, end - at - 15))).value_or(0));
    }

    const Answer answer_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    mutable std::mutex mutex_;
    std::list<Socket> sockets_;
    std::vector<std::string> requests_;
    std::list<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace flux
