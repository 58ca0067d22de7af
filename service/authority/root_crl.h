// The CRL of a root, which says which issuing CAs are revoked. It is made offline, with the root's
// key, as the server never has that.
#ifndef FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_H_
#define FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "signer/signer.h"
#include "x509/certificate.h"
#include "x509/revocation/crl_spec.h"

namespace fleetca::service {

// From thisUpdate to nextUpdate, where nothing else is asked for.
inline constexpr absl::Duration kRootCrlLifetime = absl::Hours(24 * 365);

struct RootCrlContents {
  std::vector<x509::CrlEntry> entries;  // in any order, no serial number twice
  uint64_t number = 0;
  absl::Time this_update;
  absl::Time next_update;
};

// DER. Without issuingDistributionPoint, as it speaks of CA certificates too. Linted before it is
// signed. `signer` has the root's key. INTERNAL kInternal, kLintFailed, kSigningFailed.
absl::StatusOr<std::string> SignRootCrl(const x509::Certificate& root, const signer::Signer& signer,
                                        RootCrlContents contents);

// The number of a CRL after that of `last` (0: there was none), made at `now`: not less than the
// seconds of `now`, so that it rises where the last one was lost.
uint64_t NextRootCrlNumber(uint64_t last, absl::Time now);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_H_
