// A request for a certificate that may have been answered, as it is kept on disk.
#ifndef FLEETCA_CLIENT_CLI_PENDING_REQUEST_H_
#define FLEETCA_CLIENT_CLI_PENDING_REQUEST_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "client/issue_request.h"
#include "client/issued.h"

namespace fleetca::client {

// All that is needed to ask for the same once more. For a request id that it has answered, the CA
// gives the same certificate again, but to the same CSR alone. ECDSA signs a CSR differently each
// time, so the CSR is kept and not only its key.
struct PendingRequest {
  // Has a request id and a CSR; a renewal with the same key has none.
  IssueOptions asked;
  // Which CA is asked: the address, and on the bootstrap port also what the CA is known by. The
  // answer of one CA must not be taken for that of another, nor its refusal.
  std::string server;
  // These describe a new key, as the flags do; empty for the user's own CSR.
  std::string key_type;
  std::vector<std::string> names;
  SecretBytes private_key_pem;
  // By a passphrase, which is not kept.
  bool key_is_encrypted = false;
  // Set while the answer has come and is not yet in the files that it is for.
  std::optional<Issued> answer;
};

// Where a command that writes `output` keeps its request: "host.key.pending" for "host.key", beside
// the file that a link leads to. "" for a stream, because no file can stand beside one.
std::string PendingPathFor(absl::string_view output);

// The request that is kept at `path`; nullopt where there is no file. FAILED_PRECONDITION
// kFileInvalid for a file that holds something else, for a link and for what is no regular file;
// kFilePermissions where it breaks the rule of base/secret_file_rule.h.
absl::StatusOr<std::optional<PendingRequest>> ReadPending(const std::string& path);

// Keeps a request without an answer in a new file, durably, mode 0600. ALREADY_EXISTS where another
// command was faster.
absl::Status WritePending(const std::string& path, const PendingRequest& request);

// Adds the answer to what is kept at `path`, durably. An answer that was not added whole is read as
// none. A link at `path` is not followed: WritePending makes none.
absl::Status AddAnswer(const std::string& path, const Issued& answer);

// Whether this command asks for what is kept at `path`. The CSRs are compared where
// `asked` has no key type, and an empty request id in it means any. FAILED_PRECONDITION
// kFileInvalid names the first difference.
absl::Status CheckSameRequest(const PendingRequest& pending, const PendingRequest& asked,
                              absl::string_view path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_PENDING_REQUEST_H_
