// TBSCertificate from a template with holes: what does not change is encoded once.
#ifndef FLEETCA_X509_TBS_H_
#define FLEETCA_X509_TBS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/authz/authz_oids.h"
#include "x509/cert_spec.h"
#include "x509/name_constraints.h"

namespace fleetca::x509 {

// keyUsage bits as RFC 5280 4.2.1.3 numbers them: bit n is 1 << n.
enum KeyUsageBit : uint16_t {
  kDigitalSignature = 1 << 0,
  kKeyEncipherment = 1 << 2,
  kKeyAgreement = 1 << 4,
  kKeyCertSign = 1 << 5,
  kCrlSign = 1 << 6,
};

// What all certificates of one issuer and one profile have in common.
struct TbsTemplateOptions {
  // The issuer's subject Name element and key identifier; copied.
  std::string issuer;
  std::string authority_key_id;
  SignatureScheme signature_scheme = SignatureScheme::kEcdsaSha256;
  uint16_t key_usage = kDigitalSignature;
  // OID contents (oid.h); empty leaves the extension out.
  std::vector<std::string> extended_key_usage;
  // Leaf: cA FALSE is the DEFAULT, and the extension stands there critical and empty. CA: TRUE and
  // the path length.
  bool is_ca = false;
  std::optional<int> path_length;
  // What the CAs below may certify; a CA only.
  std::optional<NameConstraints> name_constraints;
  // URLs; empty leaves the extension out, or its part of authorityInfoAccess.
  std::string ca_issuers_url;
  std::string ocsp_url;
  // Where the CRL is of a certificate whose spec says nothing of it.
  std::string crl_url;
  // RFC 9608: no CRL and no OCSP response will ever say anything of these certificates. Leaves
  // only, and without crl_url and ocsp_url.
  bool no_rev_avail = false;
  // Under which OIDs the spec's fleet_authz and provenance stand.
  AuthzOids authz_oids;
  // The certificate of a delegated OCSP responder (RFC 6960 4.2.2.2), and of nothing else: it has
  // id-pkix-ocsp-nocheck, which stands where authorityInfoAccess would, and so it has OCSPSigning
  // as its only purpose, digitalSignature as its only key usage and no URLs, and is no CA's.
  bool ocsp_responder = false;
};

// TBSCertificate ::= SEQUENCE { version [0] v3, serialNumber, signature, issuer, validity, subject,
//   subjectPublicKeyInfo, extensions [3] }   (RFC 5280 section 4.1)
// Extensions, in this order: basicConstraints (critical), keyUsage (critical), extKeyUsage,
// subjectKeyIdentifier, authorityKeyIdentifier, authorityInfoAccess (OCSP, then caIssuers),
// cRLDistributionPoints (one point of one URL), noRevAvail, nameConstraints (critical),
// subjectAltName (critical where the subject is empty), FleetAuthz, Provenance, then
// spec.extra_extensions.
// Immutable, thread-safe.
class TbsTemplate {
 public:
  // INVALID_ARGUMENT kConfigInvalid for options no certificate may have (empty issuer, keyCertSign
  // without CA...); the field is the option's name, and that of name_constraints goes on as
  // BuildNameConstraints has it.
  static absl::StatusOr<std::unique_ptr<TbsTemplate>> Create(TbsTemplateOptions options);

  // The TBSCertificate element for `spec`. Takes about half a microsecond; checks nothing, as
  // LintTbs follows and reads the bytes with other code.
  std::string Build(const CertSpec& spec) const;

  const TbsTemplateOptions& options() const { return options_; }

 private:
  // `name_constraints` is the extension's contents, or empty.
  TbsTemplate(TbsTemplateOptions options, absl::string_view name_constraints);

  TbsTemplateOptions options_;
  std::string algorithm_and_issuer_;
  // What stands before and after the 20 octets of the subject key identifier, and then after the
  // place of cRLDistributionPoints.
  std::string extensions_before_key_id_;
  std::string extensions_after_key_id_;
  std::string extensions_after_crl_;
  // cRLDistributionPoints with the options' own URL; empty where they have none.
  std::string crl_extension_;
  // The extnID elements of fleetca's own extensions.
  std::string authz_id_;
  std::string provenance_id_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TBS_H_
