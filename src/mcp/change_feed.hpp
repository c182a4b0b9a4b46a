#pragma once

#include <memory>

#include "async/changes.hpp"
#include "async/task.hpp"

namespace flux::mcp {

/// How one subscriber learns that what it watches has changed. Made for each subscriber, and used on its executor.
class ChangeFeed {
public:
    virtual ~ChangeFeed() = default;

    /// Ends with true once something has changed since the last call (for the first: since the feed was made), and with
    /// false when nothing can change any more. Throws when its task is cancelled, which is how a subscription ends.
    virtual async::Task<bool> next() = 0;
};

/// A feed of every change that `changes` counts from now on. A part of something larger is kept alive by an aliasing
/// pointer: `{watch, &watch->state}`.
std::unique_ptr<ChangeFeed> feed_of(std::shared_ptr<async::Changes> changes);

}  // namespace flux::mcp
