// The catalogue of errors that a caller can meet.
//
// An error is an absl::Status with a canonical code, a sentence that says what is wrong, where, and
// what to do, and two machine-readable payloads: a Reason (one word of a closed list, stable across
// releases) and the field it is about (a path such as "csr.subject_alt_name"). The service edge
// turns these into google.rpc.ErrorInfo and google.rpc.BadRequest; tests assert the code and the
// reason.
#ifndef FLEETCA_BASE_ERRORS_H_
#define FLEETCA_BASE_ERRORS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca {

// Why something was refused. The names go over the wire (ReasonName), so they are never renamed.
enum class Reason {
  // The request as a whole.
  kRequestEmpty,
  kRequestTooLarge,
  kRequestMalformed,  // not a message of the API, such as text that is not UTF-8
  kRequestIdInvalid,
  kRequestIdReused,
  kRequestIdExpired,  // answered so long ago that the certificate has expired
  kProfileUnknown,
  kLifetimeInvalid,
  kSerialInvalid,
  // The CSR's bytes.
  kCsrMissing,
  kCsrTooLarge,
  kCsrMalformed,
  kCsrVersion,
  kCsrAttributes,
  kCsrExtensionDuplicate,
  kCsrExtensionRefused,
  kSubjectInvalid,
  // The key and the proof of possession.
  kKeyUnsupported,
  kKeyWeak,
  kKeyInvalid,
  kKeyForbidden,
  kSignatureAlgorithm,
  kSignatureInvalid,
  // Names.
  kSanMissing,
  kSanInvalid,
  kSanTypeForbidden,
  kSanNotAllowed,
  kSanTooMany,
  kNameReserved,  // the CA's own identity, or a name of its own certificate
  // Who asks.
  kCallerUnknown,
  kCallerNotAllowed,
  kCallerCertificateExpired,
  // The authorization and provenance extensions (x509/authz/fleet_authz.h).
  kAuthzInvalid,
  // The CA itself.
  kQueueFull,
  kCallerShareFull,  // the caller's share of the queue, while others still find room
  kBudgetExhausted,
  kDeadlineExceeded,
  kCancelled,
  kDraining,
  kStoreUnavailable,
  kStoreCorrupt,
  kStoreLocked,
  kStoreRefused,  // new, older or gone where another was expected
  kClockRefused,  // the clock and the store's latest time differ beyond the tolerance
  kNotFound,
  kIssuerExpiring,
  kLintFailed,
  kSigningFailed,
  kInternal,
  // Files and configuration, met by an operator.
  kConfigInvalid,
  kFileMissing,
  kFileInvalid,
  kFilePermissions,
  kPassphraseInvalid,
  // Met by a client: nothing answers at the address, or what answered cannot be right.
  kServerUnreachable,
  kServerIdentity,  // a server with another SPIFFE ID than the expected one
  kAnswerInvalid,
};

// Of the list above; the reasons are numbered from 0 without gaps.
inline constexpr Reason kLastReason = Reason::kAnswerInvalid;

// "CSR_MALFORMED" for kCsrMalformed.
absl::string_view ReasonName(Reason reason);
// The reason of a name from the wire; nullopt for one that this release does not know.
std::optional<Reason> ParseReason(absl::string_view name);

// A status with `code`, `reason` and `message`; `field` may be empty when no one field is to blame.
absl::Status MakeError(absl::StatusCode code, Reason reason, absl::string_view field,
                       absl::string_view message);

// INVALID_ARGUMENT: the caller sent something that can never be accepted as it is.
absl::Status InvalidArgument(Reason reason, absl::string_view field, absl::string_view message);
// PERMISSION_DENIED: understood, and this caller may not.
absl::Status PermissionDenied(Reason reason, absl::string_view message);
// FAILED_PRECONDITION: the system must be changed before this can succeed.
absl::Status FailedPrecondition(Reason reason, absl::string_view message);
// UNAVAILABLE: try again later.
absl::Status Unavailable(Reason reason, absl::string_view message);
// INTERNAL: a bug or a broken invariant of our own.
absl::Status Internal(Reason reason, absl::string_view message);

// The reason and the field of a status made here; nullopt and "" for any other.
std::optional<Reason> GetReason(const absl::Status& status);
std::string GetField(const absl::Status& status);

// The same error with word of when to try again, and that word; nullopt where there is none.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
std::optional<absl::Duration> GetRetryDelay(const absl::Status& status);

// The same error, with "`context`: " before its message. OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace fleetca

#endif  // FLEETCA_BASE_ERRORS_H_
