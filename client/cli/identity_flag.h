// SPIFFE IDs on the command line and in lists.
#ifndef FLEETCA_CLIENT_CLI_IDENTITY_FLAG_H_
#define FLEETCA_CLIENT_CLI_IDENTITY_FLAG_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// The most identities of one list.
inline constexpr size_t kMaxListedIdentities = 100'000;

struct ListedIdentity {
  std::string identity;
  // Counted from 1; 0 when it is from no list.
  size_t line = 0;
};

// For CLI11: "" when the text is a SPIFFE ID, otherwise a sentence.
std::string CheckIdentityFlag(const std::string& text);

// One SPIFFE ID a line; what follows a # is a comment, and empty lines say nothing.
// INVALID_ARGUMENT kFileInvalid, with the line, for anything else, for more than
// kMaxListedIdentities, and for none.
absl::StatusOr<std::vector<ListedIdentity>> ParseIdentities(absl::string_view contents);

// A refusal of a certificate that was asked for without --identity. Where the CSR names no SPIFFE
// ID either, the certificate would have been for the caller's own identity, which is seldom meant:
// then the same error says so, and names the flag. Other errors stay as they are.
absl::Status WithIdentityHint(const absl::Status& refusal, absl::string_view csr_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_IDENTITY_FLAG_H_
