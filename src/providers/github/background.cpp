#include "providers/github/background.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "observe/log.hpp"

namespace flux::providers::github {

namespace {

void log_failure(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const boost::system::system_error& error) {
        // How a task ends that was asked to.
        if (error.code() == asio::error::operation_aborted) return;
        observe::log::error("a task of the GitHub provider failed", {{"error", error.what()}});
    } catch (const std::exception& error) {
        observe::log::error("a task of the GitHub provider failed", {{"error", error.what()}});
    }
}

}  // namespace

Background::Background() {
    tasks_.emplace(context_.get_executor(), log_failure);
    open_.emplace(context_.get_executor());
    thread_ = std::thread{[this] { context_.run(); }};
}

Background::~Background() { stop(); }

void Background::start(async::Task<> task) {
    if (stopped_) return;
    asio::post(context_, [this, task = std::move(task)]() mutable {
        if (open_) tasks_->start(std::move(task));
    });
}

void Background::stop() {
    if (!thread_.joinable()) return;
    stopped_ = true;
    asio::post(context_, [this] {
        open_.reset();
        tasks_->cancel();
    });
    thread_.join();
}

}  // namespace flux::providers::github
