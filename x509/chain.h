// Finding and verifying the way from a leaf to a trusted root.
#ifndef FLEETCA_X509_CHAIN_H_
#define FLEETCA_X509_CHAIN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "x509/certificate.h"

namespace fleetca::x509 {

// When all certificates of a chain are valid: from and until these seconds, both included.
struct ChainValidity {
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
};

struct ChainQuestion {
  // Each is trusted as it stands, whoever signed it.
  absl::Span<const Certificate> roots;
  // In any order; what is not needed does no harm.
  absl::Span<const Certificate* const> intermediates;
  absl::Time now;
  // OID contents of the key purpose that every CA above the leaf must allow, where it says anything
  // of purposes; empty asks for none.
  absl::string_view purpose;
  // What the roots owe: false, as much as every CA, which is what services ask for; true, what
  // MayAnchor asks for.
  bool roots_as_anchors = false;
};

// RFC 5280 section 6 as far as a fleet needs it, and stricter where that is cheap. Every CA, the
// root included: cA, keyCertSign, pathLenConstraint, validity, purposes, name constraints, no
// critical extension that is not understood, an intermediate's own key, the signature on what is
// below and the key identifiers of both. Only the signature and
// the names of the leaf are checked here; VerifyPeer (peer_certificate.h) checks the rest of it.
// UNAUTHENTICATED kCallerUnknown. At most kMaxSignatureChecks signatures are verified, whatever the
// intermediates are.
absl::StatusOr<ChainValidity> VerifyChain(const Certificate& leaf, const ChainQuestion& question);

inline constexpr int kMaxSignatureChecks = 32;

// Whether a certificate may stand above another: cA, keyCertSign, nothing critical that is not
// understood, name constraints that can be read.
bool MayIssue(const Certificate& certificate);

// Whether a certificate that somebody has named as a trust anchor may stand above another. RFC 5280
// section 6.1 takes its name and its key alone; here what it says of itself still counts against
// it, and what it does not say does not: version 1, and no keyUsage. A version 3 without cA is an
// end entity, as OpenSSL and Go have it.
bool MayAnchor(const Certificate& certificate);

// Whether every critical extension is one that this code applies: a critical extension restricts,
// so one that is not applied makes the certificate useless (RFC 5280 section 4.2). Name constraints
// are understood in a CA alone, where they belong; policies are of everybody who asks for none, so
// that only a chain that requires an explicit one is not understood (policy_extensions.h).
bool UnderstandsCritical(const Certificate& certificate);
// The first that is not; null where there is none. Points into `certificate`.
const Extension* FindNotUnderstood(const Certificate& certificate);

// Whether a certificate may be used for `purpose`, OID contents: it names no purposes,
// or names this one. anyExtendedKeyUsage does not count as naming it. True for an empty `purpose`.
bool AllowsPurpose(const Certificate& certificate, absl::string_view purpose);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CHAIN_H_
