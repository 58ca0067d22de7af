// Provenance: how a certificate came to be issued. For people and audits; grants nothing.
#ifndef FLEETCA_X509_AUTHZ_PROVENANCE_H_
#define FLEETCA_X509_AUTHZ_PROVENANCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// How the requester proved who it is. kOwn: nobody connected, as the CA itself asked for a
// certificate of its own.
enum class Attestation : uint8_t { kMtls = 0, kJoinToken = 1, kJwt = 2, kOwn = 3 };

struct Provenance {
  std::string profile;  // a Token (authz_token.h)
  Attestation attestation = Attestation::kMtls;
  std::optional<std::string> request_id;  // 16 to 64 octets
  // How many certificates of this lineage came before; 0 to 2^31-1.
  std::optional<uint32_t> generation;

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

inline constexpr size_t kMinProvenanceRequestId = 16;
inline constexpr size_t kMaxProvenanceRequestId = 64;
inline constexpr uint32_t kMaxGeneration = INT32_MAX;

// Provenance ::= SEQUENCE {                      -- IMPLICIT TAGS
//   version     INTEGER (1),
//   profile     Token,
//   attestation ENUMERATED { mtls(0), joinToken(1), jwt(2), own(3) },
//   requestId   [0] OCTET STRING (SIZE (16..64)) OPTIONAL,
//   generation  [1] INTEGER (0..2147483647) OPTIONAL }
//
// DER, the contents of a non-critical extension's OCTET STRING. Relying parties ignore it. Releases
// that know no own(3) cannot read an extension that says it, and take the certificate all the same;
// a CA of theirs believes a caller with it by its record alone.

// INVALID_ARGUMENT kAuthzInvalid, with a field under "provenance", when a value is out of range.
// Thread-safe.
absl::StatusOr<std::string> BuildProvenance(const Provenance& provenance);

// Reads untrusted bytes; takes exactly what BuildProvenance makes. INVALID_ARGUMENT kAuthzInvalid.
// Thread-safe.
absl::StatusOr<Provenance> ParseProvenance(absl::string_view der);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_AUTHZ_PROVENANCE_H_
