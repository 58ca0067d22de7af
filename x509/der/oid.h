// Object identifiers as DER contents octets (without tag and length).
#ifndef FLEETCA_X509_DER_OID_H_
#define FLEETCA_X509_DER_OID_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509::oid {

using absl::string_view;

// A literal with embedded NULs keeps its size.
template <size_t N>
constexpr string_view Bytes(const char (&literal)[N]) {
  return string_view(literal, N - 1);
}

// Public key algorithms: RFC 3279 2.3, RFC 5480, RFC 8410.
inline constexpr string_view kRsaEncryption = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
inline constexpr string_view kEcPublicKey = Bytes("\x2a\x86\x48\xce\x3d\x02\x01");
inline constexpr string_view kPrime256v1 = Bytes("\x2a\x86\x48\xce\x3d\x03\x01\x07");
inline constexpr string_view kSecp384r1 = Bytes("\x2b\x81\x04\x00\x22");
inline constexpr string_view kEd25519 = Bytes("\x2b\x65\x70");

// Signature algorithms: RFC 5758, RFC 8017.
inline constexpr string_view kEcdsaWithSha256 = Bytes("\x2a\x86\x48\xce\x3d\x04\x03\x02");
inline constexpr string_view kEcdsaWithSha384 = Bytes("\x2a\x86\x48\xce\x3d\x04\x03\x03");
inline constexpr string_view kEcdsaWithSha512 = Bytes("\x2a\x86\x48\xce\x3d\x04\x03\x04");
inline constexpr string_view kSha256WithRsa = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b");
inline constexpr string_view kSha384WithRsa = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c");
inline constexpr string_view kSha512WithRsa = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d");
inline constexpr string_view kRsaPss = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
inline constexpr string_view kMgf1 = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08");
inline constexpr string_view kSha1 = Bytes("\x2b\x0e\x03\x02\x1a");
inline constexpr string_view kSha256 = Bytes("\x60\x86\x48\x01\x65\x03\x04\x02\x01");
inline constexpr string_view kSha384 = Bytes("\x60\x86\x48\x01\x65\x03\x04\x02\x02");
inline constexpr string_view kSha512 = Bytes("\x60\x86\x48\x01\x65\x03\x04\x02\x03");

// PKCS#9 and PKCS#10 attributes: RFC 2985 5.4, and Microsoft's twin of extensionRequest.
inline constexpr string_view kExtensionRequest = Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
inline constexpr string_view kMicrosoftExtensionRequest =
    Bytes("\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e");

// Extensions: RFC 5280 4.2.
inline constexpr string_view kSubjectKeyIdentifier = Bytes("\x55\x1d\x0e");
inline constexpr string_view kKeyUsage = Bytes("\x55\x1d\x0f");
inline constexpr string_view kSubjectAltName = Bytes("\x55\x1d\x11");
inline constexpr string_view kBasicConstraints = Bytes("\x55\x1d\x13");
inline constexpr string_view kNameConstraints = Bytes("\x55\x1d\x1e");
inline constexpr string_view kCrlDistributionPoints = Bytes("\x55\x1d\x1f");
inline constexpr string_view kCertificatePolicies = Bytes("\x55\x1d\x20");
inline constexpr string_view kPolicyMappings = Bytes("\x55\x1d\x21");
inline constexpr string_view kAuthorityKeyIdentifier = Bytes("\x55\x1d\x23");
inline constexpr string_view kPolicyConstraints = Bytes("\x55\x1d\x24");
inline constexpr string_view kExtendedKeyUsage = Bytes("\x55\x1d\x25");
inline constexpr string_view kAuthorityInfoAccess = Bytes("\x2b\x06\x01\x05\x05\x07\x01\x01");
inline constexpr string_view kInhibitAnyPolicy = Bytes("\x55\x1d\x36");
// RFC 9608: nobody will ever say that this certificate is revoked.
inline constexpr string_view kNoRevAvail = Bytes("\x55\x1d\x38");

// Extensions of CRLs: RFC 5280 5.2.
inline constexpr string_view kCrlNumber = Bytes("\x55\x1d\x14");
inline constexpr string_view kDeltaCrlIndicator = Bytes("\x55\x1d\x1b");
inline constexpr string_view kIssuingDistributionPoint = Bytes("\x55\x1d\x1c");

// Extensions of a CRL's entries: RFC 5280 5.3.
inline constexpr string_view kReasonCode = Bytes("\x55\x1d\x15");
inline constexpr string_view kInvalidityDate = Bytes("\x55\x1d\x18");
inline constexpr string_view kCertificateIssuer = Bytes("\x55\x1d\x1d");

// Access methods of the authority information: RFC 5280 4.2.2.1.
inline constexpr string_view kOcsp = Bytes("\x2b\x06\x01\x05\x05\x07\x30\x01");
inline constexpr string_view kCaIssuers = Bytes("\x2b\x06\x01\x05\x05\x07\x30\x02");

// Key purposes: RFC 5280 4.2.1.12.
inline constexpr string_view kServerAuth = Bytes("\x2b\x06\x01\x05\x05\x07\x03\x01");
inline constexpr string_view kClientAuth = Bytes("\x2b\x06\x01\x05\x05\x07\x03\x02");
inline constexpr string_view kOcspSigning = Bytes("\x2b\x06\x01\x05\x05\x07\x03\x09");

// OCSP: RFC 6960 4.2.1, 4.2.2.2.1 and 4.4.1.
inline constexpr string_view kOcspBasic = Bytes("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
inline constexpr string_view kOcspNonce = Bytes("\x2b\x06\x01\x05\x05\x07\x30\x01\x02");
inline constexpr string_view kOcspNoCheck = Bytes("\x2b\x06\x01\x05\x05\x07\x30\x01\x05");

// Name attributes: X.520.
inline constexpr string_view kCommonName = Bytes("\x55\x04\x03");
inline constexpr string_view kCountryName = Bytes("\x55\x04\x06");
inline constexpr string_view kOrganizationName = Bytes("\x55\x04\x0a");
inline constexpr string_view kOrganizationalUnitName = Bytes("\x55\x04\x0b");

// The default arc of fleetca's own extensions, 1.3.6.1.4.1.32473.1 (32473 is the documentation
// PEN).
inline constexpr string_view kDefaultFleetArc = Bytes("\x2b\x06\x01\x04\x01\x81\xfd\x59\x01");

}  // namespace fleetca::x509::oid

#endif  // FLEETCA_X509_DER_OID_H_
