// What an OCSP request is answered with, and for how long the answer may be kept.
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_REPLY_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_REPLY_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "x509/revocation/ocsp_answer.h"

namespace fleetca::service {

// Never changes.
struct OcspReply {
  std::string der;
  x509::OcspResponseStatus status = x509::OcspResponseStatus::kInternalError;

  // All the rest is of a signed answer alone.
  absl::Time this_update;
  absl::Time next_update;
  // When the responder makes a new one.
  absl::Time refresh_at;
  // Until when a cache may give it out: after refresh_at and before next_update, so that a newer
  // one is there when the cache asks again. A cache must not keep what is not cacheable: the answer
  // to a nonce.
  absl::Time fresh_until;
  bool cacheable = false;
  // Of `der`, lower-case hex: the entity tag of RFC 9919. Empty where the reply is not cacheable,
  // as nobody asks again for what he must not keep.
  std::string sha256;
};

// Unsigned; lives for ever.
std::shared_ptr<const OcspReply> OcspErrorReply(x509::OcspResponseStatus status);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_REPLY_H_
