#include "x509/revocation/ocsp_answer.h"

#include "x509/der/oid.h"

namespace fleetca::x509 {

absl::string_view OcspResponseStatusName(OcspResponseStatus status) {
  switch (status) {
    case OcspResponseStatus::kSuccessful:
      return "successful";
    case OcspResponseStatus::kMalformedRequest:
      return "malformedRequest";
    case OcspResponseStatus::kInternalError:
      return "internalError";
    case OcspResponseStatus::kTryLater:
      return "tryLater";
    case OcspResponseStatus::kSigRequired:
      return "sigRequired";
    case OcspResponseStatus::kUnauthorized:
      return "unauthorized";
  }
  return "(invalid)";
}

// OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT OPTIONAL }
absl::string_view OcspErrorResponse(OcspResponseStatus status) {
  switch (status) {
    case OcspResponseStatus::kMalformedRequest:
      return oid::Bytes("\x30\x03\x0a\x01\x01");
    case OcspResponseStatus::kTryLater:
      return oid::Bytes("\x30\x03\x0a\x01\x03");
    case OcspResponseStatus::kSigRequired:
      return oid::Bytes("\x30\x03\x0a\x01\x05");
    case OcspResponseStatus::kUnauthorized:
      return oid::Bytes("\x30\x03\x0a\x01\x06");
    case OcspResponseStatus::kInternalError:
    case OcspResponseStatus::kSuccessful:
      break;
  }
  return oid::Bytes("\x30\x03\x0a\x01\x02");
}

}  // namespace fleetca::x509
