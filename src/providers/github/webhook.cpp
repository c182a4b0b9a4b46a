#include "providers/github/webhook.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/text.hpp"
#include "providers/github/api_text.hpp"

namespace flux::providers::github {

namespace {

constexpr std::size_t deliveries_kept = 4096;
constexpr std::size_t longest_id = 100;

/// `…/actions/runs/123/job/4`: the 123.
std::int64_t run_in_link(std::string_view link) {
    constexpr std::string_view before = "/actions/runs/";
    const auto at = link.find(before);
    if (at == std::string_view::npos) return 0;
    link.remove_prefix(at + before.size());
    return to_integer(link.substr(0, link.find('/'))).value_or(0);
}

std::optional<unsigned char> hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned char>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned char>(digit - 'a' + 10);
    if (digit >= 'A' && digit <= 'F') return static_cast<unsigned char>(digit - 'A' + 10);
    return {};
}

}  // namespace

bool is_signed(const Secret& secret, std::string_view body, std::string_view signature) {
    constexpr std::string_view prefix = "sha256=";
    constexpr std::size_t digest_bytes = 32;
    if (secret.empty() || signature.size() != prefix.size() + 2 * digest_bytes || !signature.starts_with(prefix))
        return false;
    signature.remove_prefix(prefix.size());
    std::array<unsigned char, digest_bytes> given{};
    for (std::size_t i = 0; i < digest_bytes; ++i) {
        const auto high = hex_digit(signature[2 * i]);
        const auto low = hex_digit(signature[2 * i + 1]);
        if (!high || !low) return false;
        given[i] = static_cast<unsigned char>((*high << 4U) | *low);
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
    unsigned int size = 0;
    const auto key = secret.reveal();
    const auto* bytes = reinterpret_cast<const unsigned char*>(body.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, body.size(), made.data(), &size) ==
        nullptr) {
        return false;
    }
    return size == digest_bytes && CRYPTO_memcmp(given.data(), made.data(), digest_bytes) == 0;
}

std::optional<builds::RunId> run_of_event(std::string_view event, std::string_view body, std::string_view repository) {
    const auto tree = tree_of(body);
    if (!tree) return {};
    const auto& object = as_object(*tree);
    if (!equal_ignoring_case(text_of(object_of(object, "repository"), "full_name"), repository)) return {};
    std::int64_t run = 0;
    if (event == "workflow_run") {
        run = number_of(object_of(object, "workflow_run"), "id");
    } else if (event == "workflow_job") {
        run = number_of(object_of(object, "workflow_job"), "run_id");
    } else if (event == "deployment_status") {
        run = number_of(object_of(object, "workflow_run"), "id");
        if (run <= 0) run = run_in_link(text_of(object_of(object, "deployment_status"), "log_url"));
    } else if (event == "check_run") {
        run = run_in_link(text_of(object_of(object, "check_run"), "details_url"));
    }
    if (run <= 0) return {};
    return run;
}

bool Deliveries::take(std::string_view id) {
    if (id.empty() || id.size() > longest_id) return false;
    const std::scoped_lock lock{mutex_};
    if (!seen_.emplace(id).second) return false;
    order_.emplace_back(id);
    if (order_.size() > deliveries_kept) {
        seen_.erase(order_.front());
        order_.pop_front();
    }
    return true;
}

}  // namespace flux::providers::github
