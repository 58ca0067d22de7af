// Finding and verifying the way from a leaf to a listed root, with x509/ alone.
#ifndef FLEETCA_CLIENT_AUTHZ_CHAIN_H_
#define FLEETCA_CLIENT_AUTHZ_CHAIN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "x509/certificate.h"

namespace fleetca::client {

// When all certificates of a chain are valid: from and until these seconds, both included.
struct ChainValidity {
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
};

struct ChainQuestion {
  absl::Span<const x509::Certificate> roots;
  // In any order; what is not needed does no harm.
  absl::Span<const x509::Certificate> intermediates;
  absl::Time now;
  // OID contents of the key purpose that the leaf and every CA above it must allow, where they say
  // anything of purposes; empty asks for none.
  absl::string_view purpose;
};

// RFC 5280 section 6 as far as a fleet needs it, and stricter where that is cheap. Every CA: cA,
// keyCertSign, pathLenConstraint, validity, purposes, the key's own soundness, no critical
// extension that is not understood, no name constraints (this code has none), the signature on what
// is below. The leaf: validity, purposes, no CA, no keyCertSign, no such critical extension.
// UNAUTHENTICATED kCallerCertificateExpired for a leaf that is not valid now,
// kCallerUnknown for the rest. At most kMaxSignatureChecks signatures are verified.
absl::StatusOr<ChainValidity> VerifyChain(const x509::Certificate& leaf,
                                          const ChainQuestion& question);

inline constexpr int kMaxSignatureChecks = 32;

// Whether a CA certificate may be a root: cA, keyCertSign, nothing critical that is not understood.
bool MayBeRoot(const x509::Certificate& certificate);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_CHAIN_H_
