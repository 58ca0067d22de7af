// X.509 v3 certificates: put together from signed bytes, and read strictly.
#ifndef FLEETCA_X509_CERTIFICATE_H_
#define FLEETCA_X509_CERTIFICATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "x509/public_key.h"
#include "x509/san.h"

namespace fleetca::x509 {

// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
std::string AssembleCertificate(absl::string_view tbs, SignatureScheme scheme,
                                absl::string_view signature);

struct Extension {
  absl::string_view oid;  // contents octets
  bool critical = false;
  absl::string_view value;  // contents of extnValue
};

using UrlList = absl::InlinedVector<absl::string_view, 1>;

// A parsed certificate. Every view aliases the DER it was parsed from.
struct Certificate {
  absl::string_view der;
  absl::string_view tbs;
  // 3, or 1 of a trust anchor from before there were extensions; one with extensions counts as 3.
  int version = 3;
  // INTEGER contents, minimal; of 1 to 20 octets and above zero, but for a trust anchor, where any
  // INTEGER may stand.
  absl::string_view serial;
  absl::string_view issuer;
  absl::string_view subject;
  absl::Time not_before;
  absl::Time not_after;
  PublicKey public_key;
  absl::string_view signature_algorithm;  // AlgorithmIdentifier element
  absl::string_view signature;
  absl::InlinedVector<Extension, 10> extensions;  // each OID once

  // Decoded from the extensions; empty or false when absent. Of the names in subjectAltName those
  // of NameType, as they stand: printable ASCII, but not checked with CheckName, as other CAs issue
  // other names. Names of other types (directoryName, otherName...) must be DER and are left out.
  GeneralNames names;
  bool is_ca = false;
  std::optional<int> path_length;
  uint16_t key_usage = 0;  // KeyUsageBit; 0 when absent
  absl::InlinedVector<absl::string_view, 4> extended_key_usage;
  absl::string_view subject_key_id;
  absl::string_view authority_key_id;
  // The URIs of cRLDistributionPoints, of all points, and of authorityInfoAccess, as they stand, of
  // any scheme; what is not printable ASCII is left out. Nothing was fetched from them.
  UrlList crl_urls;
  UrlList ocsp_urls;
  UrlList ca_issuers_urls;
  bool no_rev_avail = false;

  // The extension with this OID, or null. Points into `extensions`.
  const Extension* Find(absl::string_view oid) const;
  // The only URI name; "" when there is none or more than one, or it is not a well-formed SPIFFE
  // ID.
  absl::string_view SpiffeId() const;
};

// One v3 certificate of at most 64 KiB with nothing after it, of any CA that keeps to RFC 5280.
// INVALID_ARGUMENT kFileInvalid otherwise, the message saying what is wrong: not DER, a repeated
// extension, malformed contents of a known one, an unsupported key. Extensions that are not known
// are kept in `extensions`, critical ones too: whether one may be ignored is the caller's to judge.
absl::StatusOr<Certificate> ParseCertificate(absl::string_view der);

// The same for a certificate that somebody has named as a trust anchor, which RFC 5280 section 6.1
// takes for a name and a key, so that what a store of roots holds can be used as it stands: one of
// version 1 too; with any INTEGER as its serial number, GeneralizedTime before 2050, an RSA
// exponent other than 65537, or a keyUsage with zero bits at its end. An extension that is
// malformed and not critical is kept in `extensions`, and nothing is decoded from it. What a CA of
// ours issues, admits or is below another root is never read so.
absl::StatusOr<Certificate> ParseTrustAnchor(absl::string_view der);

// Whether `issuer`'s key made the signature on `certificate` and the names match octet for octet.
// Says nothing of time or constraints. INVALID_ARGUMENT kSignatureInvalid.
absl::Status VerifySignedBy(const Certificate& certificate, const Certificate& issuer);
// The same of a caller who has compared the names.
absl::Status VerifySignedByKeyOf(const Certificate& certificate, const Certificate& issuer);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CERTIFICATE_H_
