// Where an issuer's public keys come from.
#ifndef FLEETCA_SERVICE_JWT_KEY_SOURCE_H_
#define FLEETCA_SERVICE_JWT_KEY_SOURCE_H_

#include <memory>

#include "service/jwt/jwks.h"

namespace fleetca::service {

// Thread-safe, and never waits for a network: it is asked while a caller waits.
class KeySource {
 public:
  virtual ~KeySource() = default;

  // The keys known now, never null. Take them once for a token.
  virtual std::shared_ptr<const JwkSet> Keys() = 0;

  // A token names a key that is not in Keys(): the issuer may have a new one. Anyone can cause
  // this, so a source that fetches limits how often it does.
  virtual void OnUnknownKey() = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_KEY_SOURCE_H_
