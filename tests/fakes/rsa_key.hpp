#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <memory>
#include <string>

namespace flux {

using RsaKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

inline RsaKey make_rsa_key() { return {EVP_RSA_gen(2048), &EVP_PKEY_free}; }

/// The private key as a GitHub App's .pem file holds it.
inline std::string pem_of(EVP_PKEY* key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
    PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace flux
