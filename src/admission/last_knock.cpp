#include "admission/last_knock.hpp"

#include <openssl/crypto.h>

#include <string>
#include <utility>

namespace flux::admission {

Result<Visitor> LastKnock::admit(const Door& door, const Knock& knock) {
    if (knock.local_peer) return door.admit(knock);
    const auto words = words_of(knock);
    if (visitor_ && is_repeated_in(words)) return *visitor_;
    auto visitor = door.admit(knock);
    if (visitor) {
        remember(words);
        visitor_ = *visitor;
    }
    return visitor;
}

LastKnock::Words LastKnock::words_of(const Knock& knock) {
    return {knock.host,
            knock.origin,
            knock.authorization,
            knock.query_token,
            knock.forwarded.for_hops,
            knock.forwarded.protos};
}

// A proxy may lend one connection to many, so how long this takes must not tell how much of a token is right.
bool LastKnock::is_repeated_in(const Words& words) const {
    auto said = said_.reveal();
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].has_value() != (lengths_[i] != unsaid)) return false;
        if (!words[i]) continue;
        if (words[i]->size() != lengths_[i]) return false;
        if (CRYPTO_memcmp(words[i]->data(), said.data(), lengths_[i]) != 0) return false;
        said.remove_prefix(lengths_[i]);
    }
    return true;
}

void LastKnock::remember(const Words& words) {
    std::string said;
    for (std::size_t i = 0; i < words.size(); ++i) {
        lengths_[i] = words[i] ? static_cast<std::uint32_t>(words[i]->size()) : unsaid;
        said += words[i].value_or("");
    }
    said_ = Secret{std::move(said)};
}

}  // namespace flux::admission
