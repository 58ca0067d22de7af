// The catalogue of errors that a caller can meet.
//
// An error is an absl::Status with a canonical code, a sentence that says what is wrong, where, and
// what to do, and machine-readable payloads: a Reason (one word of the closed list of
// base/reasons.h, stable across releases), the field it is about (a path such as
// "csr.subject_alt_name"), and how long to wait before a retry. The services turn these into
// google.rpc.ErrorInfo, BadRequest and RetryInfo; tests assert the code and the reason.
#ifndef FLEETCA_BASE_ERRORS_H_
#define FLEETCA_BASE_ERRORS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/reasons.h"

namespace fleetca {

// Why something was refused: the reasons of the table, numbered from 0 without gaps.
enum class Reason {
#define FLEETCA_SECTION(title)
#define FLEETCA_REASON(enumerator, name, codes, meaning) enumerator,
  FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON)
#undef FLEETCA_REASON
#undef FLEETCA_SECTION
};

// How many there are.
inline constexpr int kReasonCount = 0
#define FLEETCA_SECTION(title)
#define FLEETCA_REASON(enumerator, name, codes, meaning) +1
    FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON);
#undef FLEETCA_REASON
#undef FLEETCA_SECTION

// "CSR_MALFORMED" for kCsrMalformed.
[[nodiscard]] absl::string_view ReasonName(Reason reason);
// The reason of a name from the wire; nullopt for one that this release does not know.
[[nodiscard]] std::optional<Reason> ParseReason(absl::string_view name);
// The canonical codes that the reason comes with, the usual one first.
[[nodiscard]] absl::Span<const absl::StatusCode> ReasonCodes(Reason reason);

// Each takes the reason and a sentence, and the field where one is to blame: "" where none is.

// INVALID_ARGUMENT: the caller sent something that can never be accepted as it is.
absl::Status InvalidArgument(Reason reason, absl::string_view field, absl::string_view message);
// UNAUTHENTICATED: nobody knows who asks.
absl::Status Unauthenticated(Reason reason, absl::string_view message);
// PERMISSION_DENIED: understood, and this caller may not.
absl::Status PermissionDenied(Reason reason, absl::string_view message);
absl::Status PermissionDenied(Reason reason, absl::string_view field, absl::string_view message);
// NOT_FOUND: what the field names does not exist.
absl::Status NotFound(Reason reason, absl::string_view field, absl::string_view message);
// ALREADY_EXISTS: what the field names is taken.
absl::Status AlreadyExists(Reason reason, absl::string_view field, absl::string_view message);
// FAILED_PRECONDITION: the system must be changed before this can succeed.
absl::Status FailedPrecondition(Reason reason, absl::string_view message);
absl::Status FailedPrecondition(Reason reason, absl::string_view field, absl::string_view message);
// RESOURCE_EXHAUSTED: too much is asked for at once; try again later, or ask for less.
absl::Status ResourceExhausted(Reason reason, absl::string_view message);
// DEADLINE_EXCEEDED: the time was up before it was done.
absl::Status DeadlineExceeded(Reason reason, absl::string_view message);
// CANCELLED: who asked has gone.
absl::Status Cancelled(Reason reason, absl::string_view message);
// UNAVAILABLE: try again later.
absl::Status Unavailable(Reason reason, absl::string_view message);
// UNIMPLEMENTED: what was asked does not offer it.
absl::Status Unimplemented(Reason reason, absl::string_view message);
// DATA_LOSS: what was stored or sent is damaged.
absl::Status DataLoss(Reason reason, absl::string_view message);
absl::Status DataLoss(Reason reason, absl::string_view field, absl::string_view message);
// INTERNAL: a bug or a broken invariant of our own.
absl::Status Internal(Reason reason, absl::string_view message);

// For a code that is only known while the program runs, such as one that came over the wire. Who
// knows the code says one of the above.
absl::Status MakeError(absl::StatusCode code, Reason reason, absl::string_view field,
                       absl::string_view message);

// The reason and the field of a status made here; nullopt and "" for any other.
[[nodiscard]] std::optional<Reason> GetReason(const absl::Status& status);
[[nodiscard]] std::string GetField(const absl::Status& status);

// The same error with how long to wait before it is worth asking again; an error has at most one
// such delay, whether it was made here or read from a server's answer. nullopt where there is none.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
[[nodiscard]] std::optional<absl::Duration> GetRetryDelay(const absl::Status& status);

// The same error, with "`context`: " before its message. OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace fleetca

#endif  // FLEETCA_BASE_ERRORS_H_
