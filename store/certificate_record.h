// The record of one certificate.
#ifndef FLEETCA_STORE_CERTIFICATE_RECORD_H_
#define FLEETCA_STORE_CERTIFICATE_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr size_t kMaxIssuerSize = 32;
inline constexpr size_t kSpkiHashSize = 32;

// One certificate as issued. Never changes once written.
struct CertificateRecord {
  std::string serial;       // 20 octets; sorts by expiry (x509/serial.h)
  std::string certificate;  // DER
  std::string identity;     // the SPIFFE ID, or the first name when there is none; never empty
  std::string requester;    // the authenticated caller, or "join-token:" and the token's id
  std::string profile;
  // 32 octets that name the caller's request_id, and 32 that stand for what it asked for; both
  // empty when there was no request_id.
  std::string request_key;
  std::string request_digest;
  absl::Time issued_at;   // to the millisecond
  absl::Time not_before;  // to the second
  absl::Time not_after;   // to the second

  // The fields below are empty in records of releases that had none.

  // The id of the lineage it belongs to (store/lineage.h): the serial of the first certificate
  // there. Empty where it is the first itself.
  std::string lineage;
  // How many certificates of the lineage came before it, as it says itself: one more than that of
  // the certificate that it renews.
  uint32_t generation = 0;
  std::string issuer;  // the key id of the issuing CA, as its AKI says; 32 octets at most
  std::optional<uint16_t> crl_shard;  // the CRL that its CRL distribution point names
  std::string spki_sha256;            // 32 octets: SHA-256 of its SubjectPublicKeyInfo

  friend bool operator==(const CertificateRecord&, const CertificateRecord&) = default;
};

// The id of the lineage of `record`; aliases it.
inline const std::string& LineageOf(const CertificateRecord& record) {
  return record.lineage.empty() ? record.serial : record.lineage;
}

// Called for each record of an iteration; false ends it.
using RecordVisitor = absl::FunctionRef<bool(const CertificateRecord&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CERTIFICATE_RECORD_H_
