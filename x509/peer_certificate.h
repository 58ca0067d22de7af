// Who a peer is by its certificate: the one judgement of the CA, of the services that link the
// verifier and of the daemon beside a proxy.
#ifndef FLEETCA_X509_PEER_CERTIFICATE_H_
#define FLEETCA_X509_PEER_CERTIFICATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {

struct PeerQuestion {
  // At least one; each is trusted as it stands.
  absl::Span<const Certificate> roots;
  // In any order; what is not needed does no harm.
  absl::Span<const Certificate* const> intermediates;
  absl::Time now;
  absl::string_view trust_domain;  // "fleet.example"
  // OID contents of the key purpose that the leaf and every CA above it must allow, where they say
  // anything of purposes; empty asks for none.
  absl::string_view purpose = oid::kClientAuth;
};

struct PeerIdentity {
  absl::string_view spiffe_id;  // aliases the leaf
  // Of the whole chain.
  ChainValidity validity;
};

// The identity that a certificate stands for, once the peer has proved that it has the key. The
// leaf is not a CA, and has neither keyCertSign nor cRLSign; where it says what its key is for,
// digitalSignature is among it, as TLS 1.3 has a client sign; its purposes allow the one that is
// asked for (anyExtendedKeyUsage does not); no critical extension is unknown; it is valid now; its
// chain is (chain.h), so its signature is of no weak algorithm and no key above it is weak; it has
// exactly one URI name, a SPIFFE ID with a path in the trust domain. UNAUTHENTICATED:
// kCallerCertificateExpired for a leaf that is not valid now, kCallerUnknown for the rest.
absl::StatusOr<PeerIdentity> VerifyPeer(const Certificate& leaf, const PeerQuestion& question);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PEER_CERTIFICATE_H_
