#include "service/rpc/messages.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/proto/proto_duration.h"
#include "base/status_macros.h"
#include "service/policy/decision_summary.h"
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

void WriteDecision(const DecisionSummary& decision, v1::Decision* message) {
  message->set_identity(decision.identity);
  message->set_caller_rule(decision.caller_rule);
  message->set_subject_rule(decision.subject_rule);
  message->set_profile(decision.profile);
  message->mutable_names()->Assign(decision.names.begin(), decision.names.end());
  message->mutable_roles()->Assign(decision.roles.begin(), decision.roles.end());
  message->mutable_audience()->Assign(decision.audience.begin(), decision.audience.end());
  for (const auto& [name, value] : decision.attributes) {
    v1::DecidedAttribute* attribute = message->add_attributes();
    attribute->set_name(name);
    attribute->set_value(value);
  }
  *message->mutable_lifetime() = ToProtoDuration(decision.lifetime);
  *message->mutable_max_lifetime() = ToProtoDuration(decision.max_lifetime);
  message->set_policy_revision(decision.policy_revision);
  message->set_subject(decision.subject);
  message->mutable_left_out_names()->Assign(decision.left_out.begin(), decision.left_out.end());
  message->set_revocation(decision.revocation);
}

// What the two messages that ask for a certificate have in common.
template <typename Message>
absl::Status ReadCommon(const Message& message, std::string* der, IssueRequest* request) {
  request->profile = message.profile();
  request->request_id = message.request_id();
  request->validate_only = message.validate_only();
  if (message.has_lifetime()) {
    FLEETCA_ASSIGN_OR_RETURN(request->lifetime, ReadLifetime(message.lifetime()));
  }
  if (message.csr_case() != Message::kCsrPem) {
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

}  // namespace

absl::Status ReadIssueRequest(const v1::IssueCertificateRequest& message, std::string* der,
                              IssueRequest* request) {
  request->identity = message.identity();
  request->renewal = message.has_renewal();
  return ReadCommon(message, der, request);
}

absl::Status ReadIssueRequest(const v1::RenewCertificateRequest& message, std::string* der,
                              IssueRequest* request) {
  request->renewal = true;
  return ReadCommon(message, der, request);
}

void WriteIssuedCertificate(IssuedCertificate issued, v1::IssuedCertificate* message) {
  message->set_certificate_der(std::move(issued.certificate));
  message->set_serial_number(std::move(issued.serial_number));
  WriteTimestamp(issued.not_before, message->mutable_not_before());
  WriteTimestamp(issued.not_after, message->mutable_not_after());
  WriteTimestamp(issued.renew_after, message->mutable_renew_after());
  message->set_replayed(issued.replayed);
  if (issued.decision != nullptr) {
    WriteDecision(*issued.decision, message->mutable_decision());
  }
}

absl::StatusOr<absl::Duration> ReadLifetime(const google::protobuf::Duration& lifetime) {
  if (!IsValid(lifetime)) {
    return InvalidArgument(
        Reason::kLifetimeInvalid, "lifetime",
        "lifetime is not a valid duration; give whole seconds greater than zero");
  }
  return absl::Seconds(lifetime.seconds()) + absl::Nanoseconds(lifetime.nanos());
}

absl::StatusOr<absl::Time> ReadTimestamp(absl::string_view field,
                                         const google::protobuf::Timestamp& message) {
  constexpr int64_t kFirst = -62'135'596'800;  // the years 1 to 9999, as the type says
  constexpr int64_t kLast = 253'402'300'799;
  constexpr int32_t kNanosPerSecond = 1'000'000'000;
  if (message.seconds() < kFirst || message.seconds() > kLast || message.nanos() < 0 ||
      message.nanos() >= kNanosPerSecond) {
    return InvalidArgument(Reason::kConfigInvalid, field, absl::StrCat(field, " is not a time"));
  }
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

void WriteTimestamp(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace fleetca::service
