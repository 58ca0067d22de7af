// What the store says of a certificate that somebody asks about by OCSP.
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_LOOKUP_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_LOOKUP_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/store.h"
#include "x509/revocation/ocsp_answer.h"

namespace fleetca::service {

struct OcspFinding {
  // kSuccessful, or what is answered unsigned.
  x509::OcspResponseStatus response = x509::OcspResponseStatus::kInternalError;
  x509::OcspRevocation revocation;
};

// Of the certificate with this serial number (an INTEGER's contents) of the issuing CA with this
// key id. Good is only what the store holds and is not revoked. Unknown is what it never held.
// Unauthorized is what it cannot say any more, or not for certain: an expired certificate without a
// revocation, as both are dropped some time after the end; and one that the store does not hold and
// may have lost when a copy of it was restored. TryLater where the store cannot be read. Waits for
// the disk; thread-safe.
OcspFinding LookUpForOcsp(const store::Store& store, absl::string_view issuer_key_id,
                          absl::string_view serial, absl::Time now);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_LOOKUP_H_
