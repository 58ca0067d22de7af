// Whether a key that was read is one to work with.
#ifndef FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_
#define FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {

// Why nobody should work with the key, a clause that begins with "it" or "its"; "" where all is
// well. Its size comes first, as one signature by an RSA key of any size may take hours. Then what
// the private half signs must verify with the public half, else whoever wrote the file has mixed
// two keys; a key that signs nothing (X25519) is not asked. Thread-safe.
[[nodiscard]] std::string WhyUnusable(EVP_PKEY* key);

// What WhyUnusable costs, in iterations of PBKDF2 that take as long: for RSA with the cube of the
// size, and 0 for other keys, of which a hundred take a fraction of a second.
[[nodiscard]] int64_t IterationsOfCheck(EVP_PKEY* key);

// The key of a PrivateKeyInfo or OneAsymmetricKey (RFC 5958), one element whole; null where that is
// malformed, of an unknown kind, or of version 2 with the public half of another key. Thread-safe.
EvpPkeyPtr KeyOfPkcs8Der(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_
