// What an OCSP responder says: the words that its builder, its lint and its reader share.
#ifndef FLEETCA_X509_REVOCATION_OCSP_ANSWER_H_
#define FLEETCA_X509_REVOCATION_OCSP_ANSWER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/revocation/revocation_reason.h"

namespace fleetca::x509 {

// OCSPResponseStatus ::= ENUMERATED (RFC 6960 4.2.1), by its numbers; 4 is not used.
enum class OcspResponseStatus : uint8_t {
  kSuccessful = 0,
  kMalformedRequest = 1,
  kInternalError = 2,
  kTryLater = 3,
  kSigRequired = 5,
  kUnauthorized = 6,
};

// "successful", "malformedRequest"...: as RFC 6960 writes them.
absl::string_view OcspResponseStatusName(OcspResponseStatus status);

// A response that says only why there is no answer, which nobody signs (RFC 6960 2.3). Not for
// kSuccessful, which needs more. Lives for ever.
absl::string_view OcspErrorResponse(OcspResponseStatus status);

// CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, by its tags.
enum class OcspCertStatus : uint8_t { kGood = 0, kRevoked = 1, kUnknown = 2 };

// The same with what RevokedInfo holds; of other certificates the last two say nothing. The times
// of OCSP are in whole seconds.
struct OcspRevocation {
  OcspCertStatus status = OcspCertStatus::kUnknown;
  absl::Time revoked_at;
  // kUnspecified is not written.
  RevocationReason reason = RevocationReason::kUnspecified;
};

// With which hashes an answer names its certificate: each a SingleResponse of its own.
enum class OcspAnswerHashes { kSha1, kSha256, kBoth };

// What one response is to say of one certificate. Views must outlive the call they are given to.
struct OcspAnswer {
  // INTEGER contents, as it was asked.
  absl::string_view serial;
  // A request is answered with its own hash; one response that is kept for everybody has both.
  OcspAnswerHashes hashes = OcspAnswerHashes::kBoth;
  OcspRevocation revocation;
  // thisUpdate: when the revocation was looked up; producedAt: when the response was signed;
  // nextUpdate: when there is a newer one at the latest.
  absl::Time this_update;
  absl::Time produced_at;
  absl::Time next_update;
  // Of the request, 1 to 128 octets; empty where it had none or where the response is to be cached.
  absl::string_view nonce;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_ANSWER_H_
