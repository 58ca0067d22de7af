// A CRL from what the store says at one instant, up to the signature.
#ifndef FLEETCA_SERVICE_REVOCATION_CRL_BUILD_H_
#define FLEETCA_SERVICE_REVOCATION_CRL_BUILD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/prepared.h"
#include "signer/signer.h"
#include "store/crl_state.h"
#include "store/revocation.h"
#include "store/revocations.h"

namespace fleetca::service {

// The issuing CA as far as its CRLs are determined by it.
struct CrlIssuer {
  std::string subject;                     // the Name element of its certificate
  std::string key_id;                      // the subject key identifier of its certificate
  const signer::Signer* signer = nullptr;  // outlives all CRLs
};

// What has appeared in a CRL after its certificate had expired, and may be left out of the next
// (RFC 5280 3.3).
struct CrlAppearance {
  absl::Time expired_before = absl::InfinitePast();
  uint64_t sequence = 0;  // the last change of the feed that the CRL knew

  bool Has(const store::Revocation& revocation) const {
    return revocation.not_after < expired_before && revocation.sequence <= sequence;
  }
};

// One CRL that is to be made.
struct CrlOrder {
  store::CrlState state;           // which, its number and its times, in whole seconds
  std::string distribution_point;  // of a shard
  CrlAppearance appeared;          // what is left out
  size_t max_entries = SIZE_MAX;
};

// Read again by the lint, and about to be signed.
struct UnsignedCrl {
  Prepared prepared;
  size_t entries = 0;
  uint64_t sequence = 0;  // the last change of the feed that it knows
};

// The clock must have shown state.this_update before the call. Takes the memory of the CRL.
// FAILED_PRECONDITION kCrlTooLarge for more entries than allowed; the store's errors; INTERNAL
// kInternal, kLintFailed for faults of ours. Thread-safe.
absl::StatusOr<UnsignedCrl> BuildCrl(const CrlIssuer& issuer, const CrlOrder& order,
                                     const store::Revocations& revocations);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_CRL_BUILD_H_
