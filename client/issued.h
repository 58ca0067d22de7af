// A certificate as a client receives it, checked before anyone uses it.
#ifndef FLEETCA_CLIENT_ISSUED_H_
#define FLEETCA_CLIENT_ISSUED_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/decision.h"
#include "x509/serial.h"

namespace google::protobuf {
class Timestamp;
}  // namespace google::protobuf

namespace fleetca::v1 {
class IssuedCertificate;
}  // namespace fleetca::v1

namespace fleetca::client {

// What was issued. After a validate_only request the certificate, serial and chain may be empty.
struct Issued {
  std::string certificate_der;
  // Nearest issuer first, without the root.
  std::vector<std::string> chain_der;
  x509::SerialNumber serial;
  absl::Time not_before;
  absl::Time not_after;
  // When to ask for the next one.
  absl::Time renew_after;
  // True when this is the stored answer to an earlier request with the same id.
  bool replayed = false;
  // The id that the request went out with.
  std::string request_id;
  // What the policy decided: after a validate_only request alone, and from a CA that says it.
  std::optional<Decision> decision;
};

// The fields of `certificate` and the chain, nothing checked but that the serial has the right form
// where there is one (DATA_LOSS kAnswerInvalid).
absl::StatusOr<Issued> IssuedFromProto(const v1::IssuedCertificate& certificate,
                                       const std::vector<std::string>& chain_der);

// What an honest CA's answer satisfies: the certificate parses, its serial and times are those that
// the answer names, the first of the chain signed it and each of the chain the one before, and
// where the last one's issuer is among the `roots`, that root's key signed it. An empty chain needs
// a root that signed the certificate itself. DATA_LOSS kAnswerInvalid.
absl::Status VerifyIssued(const Issued& issued, absl::Span<const std::string> roots_der);

// As VerifyIssued, for the answer to a CSR: also the certificate is for the key `spki`, and is
// valid at `now` (give or take a few minutes between the clocks). An answer that was replayed so
// late that it has expired is FAILED_PRECONDITION kRequestIdExpired.
absl::Status VerifyAnswer(const Issued& issued, absl::string_view spki, absl::Time now,
                          absl::Span<const std::string> roots_der);

// DATA_LOSS kAnswerInvalid, for an answer that no honest CA gives.
absl::Status AnswerInvalid(absl::string_view what);

// The same, where it is for another identity than was asked for: a new request may do better, as
// the same one is answered alike.
absl::Status AnswerForAnother(absl::string_view what);
bool IsForAnother(const absl::Status& status);

absl::Time TimeFromProto(const google::protobuf::Timestamp& timestamp);

// The SubjectPublicKeyInfo in a CSR. Looks at nothing else, as the CA is the judge of the rest.
// INVALID_ARGUMENT kCsrMalformed. Aliases `csr_der`.
absl::StatusOr<absl::string_view> CsrPublicKey(absl::string_view csr_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUED_H_
