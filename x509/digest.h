// What is hashed before it is signed or verified.
#ifndef FLEETCA_X509_DIGEST_H_
#define FLEETCA_X509_DIGEST_H_

#include <array>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca::x509 {

using DigestBuffer = std::array<char, EVP_MAX_MD_SIZE>;

// The digest of `message` that a signature of the scheme is over, which aliases `buffer`; empty
// when OpenSSL failed. Not for Ed25519, which signs the message. Thread-safe: the OpenSSL objects
// are the thread's own, because to fetch one takes longer than a hash.
absl::string_view DigestFor(SignatureScheme scheme, absl::string_view message,
                            DigestBuffer* buffer);

// The algorithm of that digest; null when OpenSSL failed. Lives as long as the thread.
const EVP_MD* DigestAlgorithm(SignatureScheme scheme);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_DIGEST_H_
