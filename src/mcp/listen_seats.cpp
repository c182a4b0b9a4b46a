#include "mcp/listen_seats.hpp"

namespace flux::mcp {

std::shared_ptr<const void> ListenSeats::take(const std::string& principal) {
    {
        const std::lock_guard lock{mutex_};
        auto& taken = taken_[principal];
        if (taken >= most_) return nullptr;
        ++taken;
    }
    return {static_cast<const void*>(this), [self = shared_from_this(), principal](const void*) {
                const std::lock_guard lock{self->mutex_};
                const auto found = self->taken_.find(principal);
                if (--found->second == 0) self->taken_.erase(found);
            }};
}

}  // namespace flux::mcp
