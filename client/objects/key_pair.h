// Whether the two halves of a key belong together.
#ifndef FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_
#define FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_

#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {

// False where what the private half signs does not verify with the public half: whoever wrote the
// file has mixed two keys. True for a key that signs nothing (X25519). Thread-safe.
[[nodiscard]] bool IsPair(EVP_PKEY* key);

// The key of a PrivateKeyInfo or OneAsymmetricKey (RFC 5958), one element whole; null where that is
// malformed, of an unknown kind, or of version 2 with the public half of another key. Thread-safe.
EvpPkeyPtr KeyOfPkcs8Der(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_KEY_PAIR_H_
