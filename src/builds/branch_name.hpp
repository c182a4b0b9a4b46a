#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace flux::builds {

/// The name of a branch that git would accept (git-check-ref-format), at most 255 bytes. `refs/heads/` in front is
/// taken off. Whether the branch exists is the provider's to say.
class BranchName {
public:
    /// `invalid_argument` that says which rule the text breaks.
    static Result<BranchName> parse(std::string_view text);

    const std::string& text() const { return text_; }

private:
    explicit BranchName(std::string text) : text_{std::move(text)} {}
    std::string text_;
};

}  // namespace flux::builds
