// OCSP responses, read strictly: for who asks a responder.
#ifndef FLEETCA_X509_REVOCATION_OCSP_READER_H_
#define FLEETCA_X509_REVOCATION_OCSP_READER_H_

#include <cstddef>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_answer.h"

namespace fleetca::x509 {

// How many octets of a response are read.
inline constexpr size_t kMaxOcspResponseSize = size_t{64} << 10;

// What a response says of one certificate.
struct OcspSingleResponse {
  CertId cert_id;
  OcspRevocation revocation;
  absl::Time this_update;
  std::optional<absl::Time> next_update;
};

// A parsed response. Every view aliases the DER it was parsed from. Nothing of it is to be believed
// before VerifyOcspResponse (ocsp_verify.h).
struct OcspResponse {
  OcspResponseStatus status = OcspResponseStatus::kInternalError;

  // All the rest stands only where the status is kSuccessful.
  absl::string_view response_data;
  // One of the two: the responder's subject Name element, or the SHA-1 of its key.
  absl::string_view responder_name;
  absl::string_view responder_key_hash;
  absl::Time produced_at;
  absl::InlinedVector<OcspSingleResponse, 2> responses;
  std::optional<absl::string_view> nonce;
  absl::string_view signature_algorithm;  // AlgorithmIdentifier element
  absl::string_view signature;
  // Certificate elements, not yet parsed.
  absl::InlinedVector<absl::string_view, 1> certificates;
};

// One response with nothing after it, of any responder that keeps to RFC 6960, with basic
// responses, version 1 and times in whole seconds. INVALID_ARGUMENT about a field of
// "ocsp_response": kOcspResponseMalformed, the message saying what is wrong; kOcspHashUnsupported
// where a certificate is named by another hash than SHA-1 and SHA-256.
absl::StatusOr<OcspResponse> ParseOcspResponse(absl::string_view der);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_READER_H_
