#include "transport/http_handler.hpp"

#include <unistd.h>

namespace flux::transport {

std::optional<std::string_view> HttpRequest::field(std::string_view name) const {
    for (const auto& [known, value] : fields) {
        if (known == name) return value;
    }
    return std::nullopt;
}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

FileHandle::~FileHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

async::Task<HttpResponse> BlockingHandler::answer(HttpRequest request) {
    auto work = [this, asked = std::move(request)] { return handle(asked); };
    auto answered = pool_.run(std::move(work));
    co_return co_await std::move(answered);
}

}  // namespace flux::transport
