#include "base/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace fleetca {
namespace {

constexpr absl::string_view kReasonPayload = "fleetca/reason";
constexpr absl::string_view kFieldPayload = "fleetca/field";
constexpr absl::string_view kRetryDelayPayload = "fleetca/retry_delay";

}  // namespace

absl::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kRequestEmpty:
      return "REQUEST_EMPTY";
    case Reason::kRequestTooLarge:
      return "REQUEST_TOO_LARGE";
    case Reason::kRequestMalformed:
      return "REQUEST_MALFORMED";
    case Reason::kRequestIdInvalid:
      return "REQUEST_ID_INVALID";
    case Reason::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case Reason::kRequestIdExpired:
      return "REQUEST_ID_EXPIRED";
    case Reason::kProfileUnknown:
      return "PROFILE_UNKNOWN";
    case Reason::kLifetimeInvalid:
      return "LIFETIME_INVALID";
    case Reason::kSerialInvalid:
      return "SERIAL_INVALID";
    case Reason::kCsrMissing:
      return "CSR_MISSING";
    case Reason::kCsrTooLarge:
      return "CSR_TOO_LARGE";
    case Reason::kCsrMalformed:
      return "CSR_MALFORMED";
    case Reason::kCsrVersion:
      return "CSR_VERSION";
    case Reason::kCsrAttributes:
      return "CSR_ATTRIBUTES";
    case Reason::kCsrExtensionDuplicate:
      return "CSR_EXTENSION_DUPLICATE";
    case Reason::kCsrExtensionRefused:
      return "CSR_EXTENSION_REFUSED";
    case Reason::kSubjectInvalid:
      return "SUBJECT_INVALID";
    case Reason::kKeyUnsupported:
      return "KEY_UNSUPPORTED";
    case Reason::kKeyWeak:
      return "KEY_WEAK";
    case Reason::kKeyInvalid:
      return "KEY_INVALID";
    case Reason::kKeyForbidden:
      return "KEY_FORBIDDEN";
    case Reason::kSignatureAlgorithm:
      return "SIGNATURE_ALGORITHM";
    case Reason::kSignatureInvalid:
      return "SIGNATURE_INVALID";
    case Reason::kSanMissing:
      return "SAN_MISSING";
    case Reason::kSanInvalid:
      return "SAN_INVALID";
    case Reason::kSanTypeForbidden:
      return "SAN_TYPE_FORBIDDEN";
    case Reason::kSanNotAllowed:
      return "SAN_NOT_ALLOWED";
    case Reason::kSanTooMany:
      return "SAN_TOO_MANY";
    case Reason::kNameReserved:
      return "NAME_RESERVED";
    case Reason::kCallerUnknown:
      return "CALLER_UNKNOWN";
    case Reason::kCallerNotAllowed:
      return "CALLER_NOT_ALLOWED";
    case Reason::kCallerCertificateExpired:
      return "CALLER_CERTIFICATE_EXPIRED";
    case Reason::kAuthzInvalid:
      return "AUTHZ_INVALID";
    case Reason::kQueueFull:
      return "QUEUE_FULL";
    case Reason::kCallerShareFull:
      return "CALLER_SHARE_FULL";
    case Reason::kBudgetExhausted:
      return "BUDGET_EXHAUSTED";
    case Reason::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Reason::kCancelled:
      return "CANCELLED";
    case Reason::kDraining:
      return "DRAINING";
    case Reason::kStoreUnavailable:
      return "STORE_UNAVAILABLE";
    case Reason::kStoreCorrupt:
      return "STORE_CORRUPT";
    case Reason::kStoreLocked:
      return "STORE_LOCKED";
    case Reason::kStoreRefused:
      return "STORE_REFUSED";
    case Reason::kClockRefused:
      return "CLOCK_REFUSED";
    case Reason::kNotFound:
      return "NOT_FOUND";
    case Reason::kIssuerExpiring:
      return "ISSUER_EXPIRING";
    case Reason::kLintFailed:
      return "LINT_FAILED";
    case Reason::kSigningFailed:
      return "SIGNING_FAILED";
    case Reason::kInternal:
      return "INTERNAL";
    case Reason::kConfigInvalid:
      return "CONFIG_INVALID";
    case Reason::kFileMissing:
      return "FILE_MISSING";
    case Reason::kFileInvalid:
      return "FILE_INVALID";
    case Reason::kFilePermissions:
      return "FILE_PERMISSIONS";
    case Reason::kPassphraseInvalid:
      return "PASSPHRASE_INVALID";
    case Reason::kServerUnreachable:
      return "SERVER_UNREACHABLE";
    case Reason::kServerIdentity:
      return "SERVER_IDENTITY";
    case Reason::kAnswerInvalid:
      return "ANSWER_INVALID";
  }
  return "INTERNAL";
}

absl::Status MakeError(absl::StatusCode code, Reason reason, absl::string_view field,
                       absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kReasonPayload, absl::Cord(ReasonName(reason)));
  if (!field.empty()) {
    status.SetPayload(kFieldPayload, absl::Cord(field));
  }
  return status;
}

absl::Status InvalidArgument(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field, message);
}

absl::Status PermissionDenied(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, "", message);
}

absl::Status FailedPrecondition(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "", message);
}

absl::Status Unavailable(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, "", message);
}

absl::Status Internal(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, reason, "", message);
}

std::optional<Reason> ParseReason(absl::string_view name) {
  for (int i = 0; i <= static_cast<int>(kLastReason); ++i) {
    if (name == ReasonName(static_cast<Reason>(i))) {
      return static_cast<Reason>(i);
    }
  }
  return std::nullopt;
}

std::optional<Reason> GetReason(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kReasonPayload);
  return payload.has_value() ? ParseReason(std::string(*payload)) : std::nullopt;
}

std::string GetField(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kFieldPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  status.SetPayload(kRetryDelayPayload, absl::Cord(absl::FormatDuration(delay)));
  return status;
}

std::optional<absl::Duration> GetRetryDelay(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRetryDelayPayload);
  absl::Duration delay;
  return payload.has_value() && absl::ParseDuration(std::string(*payload), &delay)
             ? std::optional<absl::Duration>(delay)
             : std::nullopt;
}

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) {
    return status;
  }
  absl::Status annotated(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload([&annotated](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace fleetca
