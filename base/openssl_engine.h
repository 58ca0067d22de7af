// The door to OpenSSL's engines, which are deprecated: for base/public_key_decoding alone.
#ifndef FLEETCA_BASE_OPENSSL_ENGINE_H_
#define FLEETCA_BASE_OPENSSL_ENGINE_H_

// As in base/openssl.h.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/engine.h>

#include <memory>

#include "base/openssl.h"

namespace fleetca {

using EnginePtr = std::unique_ptr<ENGINE, OpenSslDeleter<ENGINE_free>>;

}  // namespace fleetca

#endif  // FLEETCA_BASE_OPENSSL_ENGINE_H_
