#include "service/edge/messages.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// google.protobuf.Duration: nanos within a second and of the sign of seconds.
bool IsValid(const google::protobuf::Duration& duration) {
  constexpr int64_t kMaxSeconds = 315'576'000'000;
  constexpr int32_t kNanosPerSecond = 1'000'000'000;
  const bool signs_differ = (duration.seconds() > 0 && duration.nanos() < 0) ||
                            (duration.seconds() < 0 && duration.nanos() > 0);
  return duration.seconds() <= kMaxSeconds && duration.seconds() >= -kMaxSeconds &&
         duration.nanos() < kNanosPerSecond && duration.nanos() > -kNanosPerSecond && !signs_differ;
}

}  // namespace

absl::Status ReadIssueRequest(const v1::IssueCertificateRequest& message, std::string* der,
                              IssueRequest* request) {
  request->profile = message.profile();
  request->request_id = message.request_id();
  request->validate_only = message.validate_only();
  if (message.has_lifetime()) {
    if (!IsValid(message.lifetime())) {
      return InvalidArgument(Reason::kLifetimeInvalid, "lifetime",
                             "lifetime is no valid duration; give whole seconds greater than zero");
    }
    request->lifetime =
        absl::Seconds(message.lifetime().seconds()) + absl::Nanoseconds(message.lifetime().nanos());
  }
  if (message.csr_case() != v1::IssueCertificateRequest::kCsrPem) {
    request->csr_der = message.csr_der();
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> decoded =
      x509::DecodeOnePem(x509::kPemCertificateRequest, message.csr_pem());
  if (!decoded.ok()) {
    return InvalidArgument(Reason::kCsrMalformed, "csr_pem", decoded.status().message());
  }
  *der = *std::move(decoded);
  request->csr_der = *der;
  return absl::OkStatus();
}

void WriteIssuedCertificate(IssuedCertificate issued, v1::IssuedCertificate* message) {
  message->set_certificate_der(std::move(issued.certificate));
  message->set_serial_number(std::move(issued.serial_number));
  WriteTimestamp(issued.not_before, message->mutable_not_before());
  WriteTimestamp(issued.not_after, message->mutable_not_after());
  WriteTimestamp(issued.renew_after, message->mutable_renew_after());
  message->set_replayed(issued.replayed);
}

void WriteTimestamp(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace fleetca::service
