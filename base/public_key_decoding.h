// Public keys of certificates are decoded without a search for the decoder.
#ifndef FLEETCA_BASE_PUBLIC_KEY_DECODING_H_
#define FLEETCA_BASE_PUBLIC_KEY_DECODING_H_

#include "absl/status/status.h"

namespace fleetca {

// For each certificate that it parses OpenSSL 3.0 searches its decoders for one that takes the
// public key (OSSL_DECODER_CTX_new_for_pkey), which costs more than a signature and remembers
// nothing: a third of what a TLS handshake with both sides' certificates costs. Where an engine
// says that it has a method for a type of key, OpenSSL takes the type's own decoder instead, as
// versions before 3.0 did. This registers such an engine for EC keys, with OpenSSL's own method: so
// the arithmetic and the checks of a key stay OpenSSL's. gRPC's connections gain by it, too.
//
// EC keys that are generated afterwards are OpenSSL's older kind as well, and take the curve's
// OpenSSL name alone ("prime256v1", not "P-256"). Keys that are read from files are as before.
//
// Does nothing, and is OK, where OpenSSL remembers its decoders (from 3.2 on) and where the machine
// is configured for another implementation of EC keys: by a provider other than OpenSSL's usual
// ones, FIPS, or an engine. Call it in main, before threads start. FAILED_PRECONDITION kInternal
// when OpenSSL refuses: everything works then, at a higher cost.
absl::Status DecodeEcKeysWithoutSearch();

}  // namespace fleetca

#endif  // FLEETCA_BASE_PUBLIC_KEY_DECODING_H_
