#include "base/errors.h"

#include <cstddef>
#include <iterator>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace fleetca {
namespace {

constexpr absl::string_view kReasonPayload = "fleetca/reason";
constexpr absl::string_view kFieldPayload = "fleetca/field";
constexpr absl::string_view kRetryDelayPayload = "fleetca/retry_delay";

using enum absl::StatusCode;

struct ReasonRow {
  absl::string_view name;
  absl::Span<const absl::StatusCode> codes;
};

#define FLEETCA_CODES(...) \
  { __VA_ARGS__ }
#define FLEETCA_SECTION(title)
#define FLEETCA_REASON(enumerator, name, codes, meaning) \
  constexpr absl::StatusCode enumerator##Codes[] = FLEETCA_CODES codes;
FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON)
#undef FLEETCA_REASON
#undef FLEETCA_CODES

#define FLEETCA_REASON(enumerator, name, codes, meaning) {name, enumerator##Codes},
constexpr ReasonRow kRows[] = {FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON)};
#undef FLEETCA_REASON
#undef FLEETCA_SECTION

const ReasonRow& RowOf(Reason reason) {
  const auto index = static_cast<size_t>(reason);
  return kRows[index < std::size(kRows) ? index : static_cast<size_t>(Reason::kInternal)];
}

}  // namespace

absl::string_view ReasonName(Reason reason) { return RowOf(reason).name; }

absl::Span<const absl::StatusCode> ReasonCodes(Reason reason) { return RowOf(reason).codes; }

std::optional<Reason> ParseReason(absl::string_view name) {
  for (int i = 0; i < kReasonCount; ++i) {
    if (name == kRows[i].name) {
      return static_cast<Reason>(i);
    }
  }
  return std::nullopt;
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

absl::Status Unauthenticated(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, "", message);
}

absl::Status PermissionDenied(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, "", message);
}

absl::Status PermissionDenied(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, field, message);
}

absl::Status NotFound(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kNotFound, reason, field, message);
}

absl::Status AlreadyExists(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kAlreadyExists, reason, field, message);
}

absl::Status FailedPrecondition(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "", message);
}

absl::Status FailedPrecondition(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, field, message);
}

absl::Status ResourceExhausted(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kResourceExhausted, reason, "", message);
}

absl::Status DeadlineExceeded(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, reason, "", message);
}

absl::Status Cancelled(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kCancelled, reason, "", message);
}

absl::Status Unavailable(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, "", message);
}

absl::Status Unimplemented(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnimplemented, reason, "", message);
}

absl::Status DataLoss(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kDataLoss, reason, "", message);
}

absl::Status DataLoss(Reason reason, absl::string_view field, absl::string_view message) {
  return MakeError(absl::StatusCode::kDataLoss, reason, field, message);
}

absl::Status Internal(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInternal, reason, "", message);
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
