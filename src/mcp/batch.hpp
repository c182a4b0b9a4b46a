#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/message.hpp"
#include "mcp/reply_path.hpp"
#include "mcp/revision.hpp"
#include "mcp/wire_error.hpp"

namespace flux::mcp {

/// The one revision that has batches.
inline constexpr auto revision_with_batches = Revision::march_2025;

/// The messages of a batch; the first that may not stand in one refuses the whole.
tl::expected<std::vector<Message>, WireError> read_batch(json::Raw array);

std::size_t requests_in(const std::vector<Message>& messages);

/// The answers to a batch, gathered until the last one is there. Lives on the executor of its requests.
class Batch {
public:
    /// `exchange`: whether the batch came as a POST, which ends even if there is nothing to say.
    Batch(ReplyPath path, std::size_t requests, bool exchange);

    /// One request has its answer; empty: it gets none.
    void finish(std::string_view message);
    void abandon() { path_.end(false); }
    /// The way back for all of them.
    ReplyPath& path() { return path_; }

private:
    ReplyPath path_;
    std::size_t open_;
    bool exchange_;
    std::string answers_;
};

}  // namespace flux::mcp
