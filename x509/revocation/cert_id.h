// CertID: how OCSP names a certificate, by hashes of its issuer and its serial number.
#ifndef FLEETCA_X509_REVOCATION_CERT_ID_H_
#define FLEETCA_X509_REVOCATION_CERT_ID_H_

#include <array>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "x509/certificate.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// The hashes that a CertID may be made with: SHA-256 by new clients, SHA-1 by old ones. Neither is
// a signature here; they only find the issuer.
enum class CertIdHash { kSha1, kSha256 };

// CertID ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTET STRING,
//   issuerKeyHash OCTET STRING, serialNumber CertificateSerialNumber }   (RFC 6960 4.1.1)
// Every view aliases the DER it was read from.
struct CertId {
  CertIdHash hash = CertIdHash::kSha1;
  absl::string_view issuer_name_hash;  // as long as the hash
  absl::string_view issuer_key_hash;
  // INTEGER contents, minimal, of 1 to 20 octets; negative or zero where someone asks so.
  absl::string_view serial;
};

inline constexpr size_t kMaxCertIdSerialSize = 20;

// What keeps a CertID from being read.
enum class CertIdFault { kNone, kMalformed, kUnsupportedHash };

// Reads one CertID element; what it reads is well-formed DER already. The hash's parameters may be
// NULL or absent.
[[nodiscard]] CertIdFault ReadCertId(der::Reader* reader, CertId* cert_id);

// One issuing CA's names in OCSP, with both hashes; made once for each issuer. Immutable,
// thread-safe.
class IssuerHashes {
 public:
  // The subject Name element of the issuer's certificate, and the octets of its key's BIT STRING.
  IssuerHashes(absl::string_view subject, absl::string_view key_bits);
  explicit IssuerHashes(const Certificate& issuer)
      : IssuerHashes(issuer.subject, issuer.public_key.key_bits) {}

  // Whether `cert_id` is of a certificate of this issuer, going by both of its hashes.
  bool Matches(const CertId& cert_id) const;

  // The CertID of the certificate with this serial number, the hash's parameters NULL, as every
  // client in use writes them. The serial is an INTEGER's contents.
  void AppendCertId(CertIdHash hash, absl::string_view serial, std::string* out) const;
  // How many octets that appends.
  size_t CertIdSize(CertIdHash hash, size_t serial_size) const;

 private:
  absl::string_view NameHash(CertIdHash hash) const;
  absl::string_view KeyHash(CertIdHash hash) const;
  const std::string& Fixed(CertIdHash hash) const {
    return hash == CertIdHash::kSha1 ? fixed_sha1_ : fixed_sha256_;
  }

  std::array<char, 20> name_sha1_;
  std::array<char, 20> key_sha1_;
  std::array<char, 32> name_sha256_;
  std::array<char, 32> key_sha256_;
  // All of a CertID's fields but the serial number.
  std::string fixed_sha1_;
  std::string fixed_sha256_;
};

// The issuer that `cert_id` names; null when it is none of these. Points into `issuers`.
const IssuerHashes* FindIssuer(const CertId& cert_id, absl::Span<const IssuerHashes> issuers);

// SHA-1 of a key's BIT STRING octets: KeyHash of a responder (RFC 6960 4.2.1). 20 octets.
std::array<char, 20> ResponderKeyHash(absl::string_view key_bits);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CERT_ID_H_
