#include "service/revocation/ocsp_reply.h"

namespace fleetca::service {

std::shared_ptr<const OcspReply> OcspErrorReply(x509::OcspResponseStatus status) {
  using Status = x509::OcspResponseStatus;
  const auto make = [](Status status) {
    return std::make_shared<const OcspReply>(
        OcspReply{.der = std::string(x509::OcspErrorResponse(status)), .status = status});
  };
  static const auto* const kMalformed =
      new std::shared_ptr<const OcspReply>(make(Status::kMalformedRequest));
  static const auto* const kTryLater =
      new std::shared_ptr<const OcspReply>(make(Status::kTryLater));
  static const auto* const kUnauthorized =
      new std::shared_ptr<const OcspReply>(make(Status::kUnauthorized));
  static const auto* const kInternal =
      new std::shared_ptr<const OcspReply>(make(Status::kInternalError));
  switch (status) {
    case Status::kMalformedRequest:
      return *kMalformed;
    case Status::kTryLater:
      return *kTryLater;
    case Status::kUnauthorized:
      return *kUnauthorized;
    default:
      return *kInternal;
  }
}

}  // namespace fleetca::service
