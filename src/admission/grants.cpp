#include "admission/grants.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flux::admission {

namespace {

struct KeyHash {
    std::size_t operator()(const GrantKey& key) const {
        // A digest's bytes are as good as random.
        std::size_t hash = 0;
        std::memcpy(&hash, key.data(), sizeof hash);
        return hash;
    }
};

class GrantsInProcess final : public Grants {
public:
    GrantsInProcess(GrantBounds bounds, const Clock& clock) : bounds_{bounds}, clock_{clock} {}

    bool put(const GrantKey& key, Grant grant) override {
        const std::lock_guard lock{mutex_};
        const auto own = keys_of_.find(grant.principal);
        if (own != keys_of_.end() && own->second.size() >= bounds_.per_principal) drop(first_to_expire(own->second));
        if (grants_.size() >= bounds_.all) forget_expired();
        if (grants_.size() >= bounds_.all) return false;
        keys_of_[grant.principal].push_back(key);
        grants_.insert_or_assign(key, std::move(grant));
        return true;
    }

    std::optional<Grant> find(const GrantKey& key) const override {
        const std::lock_guard lock{mutex_};
        const auto found = grants_.find(key);
        if (found == grants_.end() || is_over(found->second)) return std::nullopt;
        return found->second;
    }

    void extend(const GrantKey& key, SteadyTime expires_at) override {
        const std::lock_guard lock{mutex_};
        const auto found = grants_.find(key);
        if (found != grants_.end() && !is_over(found->second)) found->second.expires_at = expires_at;
    }

    std::optional<Grant> take(const GrantKey& key) override {
        const std::lock_guard lock{mutex_};
        const auto found = grants_.find(key);
        if (found == grants_.end()) return std::nullopt;
        auto grant = found->second;
        drop(key);
        if (is_over(grant)) return std::nullopt;
        return grant;
    }

private:
    bool is_over(const Grant& grant) const { return clock_.steady_now() >= grant.expires_at; }

    GrantKey first_to_expire(const std::vector<GrantKey>& keys) const {
        return *std::min_element(keys.begin(), keys.end(), [this](const GrantKey& a, const GrantKey& b) {
            return grants_.at(a).expires_at < grants_.at(b).expires_at;
        });
    }

    void drop(const GrantKey& key) {
        const auto found = grants_.find(key);
        const auto own = keys_of_.find(found->second.principal);
        std::erase(own->second, key);
        if (own->second.empty()) keys_of_.erase(own);
        grants_.erase(found);
    }

    void forget_expired() {
        std::vector<GrantKey> expired;
        for (const auto& [key, grant] : grants_) {
            if (is_over(grant)) expired.push_back(key);
        }
        for (const auto& key : expired) drop(key);
    }

    const GrantBounds bounds_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<GrantKey, Grant, KeyHash> grants_;
    std::unordered_map<std::string, std::vector<GrantKey>> keys_of_;  ///< by principal
};

}  // namespace

GrantKey grant_key(std::string_view secret) {
    GrantKey key{};
    unsigned length = 0;
    if (EVP_Digest(secret.data(), secret.size(), key.data(), &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    return key;
}

std::unique_ptr<Grants> grants_in_process(GrantBounds bounds, const Clock& clock) {
    return std::make_unique<GrantsInProcess>(bounds, clock);
}

}  // namespace flux::admission
