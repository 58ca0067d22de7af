// Whether a certificate is one that an identity of the agent may have.
#ifndef FLEETCA_CLIENT_AGENT_ANSWER_CHECK_H_
#define FLEETCA_CLIENT_AGENT_ANSWER_CHECK_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/agent/identity_record.h"
#include "client/agent/kept_certificate.h"

namespace fleetca::client {

// Whom a certificate is to be for.
struct ExpectedIdentity {
  // "" where the CA decides, as by a join token; then it is one of the trust domain, if any.
  std::string spiffe_id;
  std::string trust_domain;
};

// What is wrong with a certificate for `spiffe_id`: "is for \"A\", and B was asked for"; "" where
// nothing is. Thread-safe.
[[nodiscard]] std::string WrongIdentity(absl::string_view spiffe_id,
                                        const ExpectedIdentity& expected);

// Whether the CA's answer may be kept and used. DATA_LOSS kAnswerInvalid where it is for somebody
// else, older than `held`, the certificate in force, or more than is kept (record_limits.h); each
// says that nothing of it is. Thread-safe.
[[nodiscard]] absl::Status CheckAnswer(const KeptChain& answer, const ExpectedIdentity& expected,
                                       const std::optional<KeptCertificate>& held);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_ANSWER_CHECK_H_
