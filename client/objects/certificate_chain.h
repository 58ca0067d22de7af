// Which certificates belong together: a key's, and those that issued one another.
#ifndef FLEETCA_CLIENT_OBJECTS_CERTIFICATE_CHAIN_H_
#define FLEETCA_CLIENT_OBJECTS_CERTIFICATE_CHAIN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/openssl.h"

namespace fleetca::client {

// Every certificate here is DER of any version, and what cannot be read belongs to nothing. Every
// function is thread-safe.

// SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex, by which people compare keys
// and certificates; "" where there is none.
std::string PublicKeyFingerprint(const EVP_PKEY* key);
std::string PublicKeyFingerprint(absl::string_view certificate_der);

// Whether its name is its issuer's and its own key signed it.
[[nodiscard]] bool IsItsOwnIssuer(absl::string_view certificate_der);

// Of `candidates` those that issued the certificate, nearest first, as far as they go: each has the
// issuer's name, and its key made the signature. Of several that fit, the first. The last may be
// its own issuer. Says nothing of dates and constraints.
std::vector<std::string> IssuersOf(absl::string_view certificate_der,
                                   absl::Span<const std::string> candidates);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_CERTIFICATE_CHAIN_H_
