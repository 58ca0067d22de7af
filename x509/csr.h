// PKCS#10 certification requests (RFC 2986), read strictly.
#ifndef FLEETCA_X509_CSR_H_
#define FLEETCA_X509_CSR_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/der/oid.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

// What a CSR may cost before it is understood. Passing a limit is INVALID_ARGUMENT.
struct CsrLimits {
  size_t max_bytes = 8192;
  int max_depth = 16;
  size_t max_rdns = 16;
  size_t max_extensions = 32;
  size_t max_names = 100;
  size_t max_oid_bytes = 64;
  // Contents octets of the arc of the fleet's own extensions: a CSR that asks for any extension or
  // attribute under it is refused, not just ignored.
  absl::string_view fleet_arc = oid::kDefaultFleetArc;
};

// A parsed CSR. Every view aliases the DER it was parsed from, but the names may alias
// folded_names.
struct Csr {
  absl::string_view der;
  // The CertificationRequestInfo element: the bytes that `signature` signs.
  absl::string_view certification_request_info;
  // The subject Name element: any well-formed one, of which nothing is used, as names come from
  // policy. Its texts may hold anything; NameToText escapes them.
  absl::string_view subject;
  PublicKey public_key;
  SignatureAlgorithm signature_algorithm = SignatureScheme::kEcdsaSha256;
  absl::string_view signature;
  // The subjectAltName it asks for, each name once; empty when it asks for none.
  GeneralNames names;
  // What the names alias where a letter of them was folded (ParseSubjectAltName); null otherwise.
  std::shared_ptr<const std::string> folded_names;
  // OID contents of the requested extensions that are not subjectAltName. None is ever copied into
  // a certificate; they are kept to be logged.
  absl::InlinedVector<absl::string_view, 8> ignored_extensions;
};

// CertificationRequest ::= SEQUENCE { certificationRequestInfo, signatureAlgorithm, signature }
// CertificationRequestInfo ::= SEQUENCE {
//   version INTEGER { v1(0) }, subject Name, subjectPKInfo SubjectPublicKeyInfo,
//   attributes [0] IMPLICIT SET OF Attribute }   -- not OPTIONAL
//
// Accepts DER only and takes nothing for granted. INVALID_ARGUMENT with a reason and a field under
// "csr": kCsrTooLarge, kCsrMalformed, kCsrVersion, kCsrAttributes (absent, repeated, two values,
// Microsoft's twin of extensionRequest), kCsrExtensionDuplicate, kCsrExtensionRefused (the fleet's
// arc), kSubjectInvalid (no Name), the kSan* and kKey* reasons, kSignatureAlgorithm (unknown, MD5,
// SHA-1, refused parameters, or one that does not fit the key). Strict on DER and on what has an
// effect, and generous on the rest: docs/csr.md. Does no cryptography: call CheckPublicKey, then
// VerifyPossession.
absl::StatusOr<Csr> ParseCsr(absl::string_view der, const CsrLimits& limits);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_H_
