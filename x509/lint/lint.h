// The last look before a signature: re-reads the bytes about to be signed with code that knows
// nothing of how they were made (RFC 5280 profile).
#ifndef FLEETCA_X509_LINT_LINT_H_
#define FLEETCA_X509_LINT_LINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/prepared.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/name_constraints.h"
#include "x509/subject.h"

namespace fleetca::x509 {

// What this issuer and profile may sign, stated apart from the template. Immutable once made; made
// once per issuer and profile.
struct LintPolicy {
  // The issuer certificate's subject Name element and key identifier. For a self-signed root the
  // certificate's own: self_signed then also wants SKI = AKI.
  std::string issuer;
  std::string authority_key_id;
  bool self_signed = false;
  SignatureScheme signature_scheme = SignatureScheme::kEcdsaSha256;
  // notAfter must not be later than the issuer's.
  absl::Time issuer_not_after;
  absl::Duration max_validity = absl::Hours(24);
  bool is_ca = false;
  std::optional<int> path_length;
  // Exactly these; a certificate whose policy does not set them has none.
  std::optional<NameConstraints> name_constraints;
  // Exactly these bits, and exactly these purposes (OID contents) in any order.
  uint16_t key_usage = 0;
  std::vector<std::string> extended_key_usage;
  // Exactly these, where they are not empty, and no others. crl_url is for certificates of which
  // the expectation says none.
  std::string ca_issuers_url;
  std::string ocsp_url;
  std::string crl_url;
  // Exactly where it is true: noRevAvail.
  bool no_rev_avail = false;
  // OID contents of extensions that may stand beside the ones a TbsTemplate writes.
  std::vector<std::string> extra_extensions;
  // A leaf needs a name in subjectAltName.
  bool names_required = true;
  // Whether DNS names may have "_".
  bool dns_underscores = false;
  // Under which OIDs FleetAuthz and Provenance stand.
  AuthzOids authz_oids;
  // The certificate of a delegated OCSP responder. No other has id-pkix-ocsp-nocheck or the purpose
  // OCSPSigning, whatever stands above; this one has both, with no other purpose, digitalSignature
  // alone, no URLs and no grants, is no CA's, and lives for kMaxOcspResponderValidity at most.
  bool ocsp_responder = false;
};

// Nobody can revoke what nobody asks about.
inline constexpr absl::Duration kMaxOcspResponderValidity = absl::Hours(31 * 24);

// What this one certificate must say in addition; catches a batch that got its rows crossed.
struct LintExpectation {
  absl::string_view serial;                   // 20 octets
  absl::string_view subject_public_key_info;  // the element that was judged
  // The decisions that the FleetAuthz and Provenance extensions must say; null: must be absent.
  const FleetAuthz* fleet_authz = nullptr;
  const Provenance* provenance = nullptr;
  // What the subject must say, attribute by attribute; null: anything that is well formed.
  const Subject* subject = nullptr;
  // Where the CRL is that would list it; empty: as the policy says.
  absl::string_view crl_url;
};

// Checks: DER all the way, version 3, serial positive and at most 20 octets with the value
// expected, signature algorithm, issuer, validity (encodings around 2050, order, length, within the
// issuer's), the subject's sizes and characters and that it says what was decided, the key, each
// extension at most once and known, criticality, KU, EKU and BC as the policy says and consistent
// with each other, SKI = the key's identifier, AKI, the URLs of issuer, OCSP and CRL as expected,
// noRevAvail as the policy says and never beside a URL of OCSP or CRL, nameConstraints as the
// policy says and never in a leaf, every SAN well formed, SAN critical exactly where the subject is
// empty, FleetAuthz and Provenance as expected, not critical and never in a CA's certificate. OK
// gives the bytes, now signable once. INTERNAL kLintFailed otherwise: a bug of ours, and nothing is
// signed. Thread-safe.
absl::StatusOr<Prepared> LintTbs(std::string tbs, const LintPolicy& policy,
                                 const LintExpectation& expectation);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_LINT_H_
