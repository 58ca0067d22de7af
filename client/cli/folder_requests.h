// The requests of `cert issue --out-dir`: which CSR goes where, and by which request id.
#ifndef FLEETCA_CLIENT_CLI_FOLDER_REQUESTS_H_
#define FLEETCA_CLIENT_CLI_FOLDER_REQUESTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/issue_flags.h"
#include "client/issue_request.h"

namespace fleetca::client {

struct FolderRequest {
  std::string csr_file;
  std::string out_file;
  // OK, or why the file cannot be read as a CSR; then `asked` must not be used.
  absl::Status csr;
  IssueOptions asked;
};

// A request for each CSR of the flags, without request ids. FAILED_PRECONDITION kFileMissing where
// the flags lead to no CSR, INVALID_ARGUMENT kConfigInvalid where two certificates would go to one
// file.
absl::StatusOr<std::vector<FolderRequest>> ReadFolderRequests(const IssueFlags& flags);

// The random part of the request ids. It is kept in the folder while answers may be lost and
// until no request failed, so that the same requests have the same ids in the next run, whichever
// of them that run asks: what was issued already is not issued anew. A run that got every answer
// marks the seed that it leaves as complete: a later run with --force begins anew then, as all that
// was issued is in its file.
class FolderSeed {
 public:
  // The seed that a run left, or a new one where there is none, or where one of a complete run is
  // there and `force` is set. Writes nothing. FAILED_PRECONDITION kFileInvalid where the file holds
  // something else or is of a run that asked another CA than `server` (AskedServer in
  // issue_connection.h), and the errors of ReadSecretFile: whoever chooses the seed chooses the
  // ids, so nobody else may have written it.
  static absl::StatusOr<FolderSeed> Find(const std::string& folder, const std::string& server,
                                         bool force);

  bool is_new() const { return is_new_; }
  const std::string& path() const { return path_; }
  // The request id for this CSR, profile, identity and lifetime.
  std::string RequestIdOf(const IssueOptions& asked) const;

  // Makes the seed durable, and no longer complete; call it before anything is asked.
  // ALREADY_EXISTS where another run has begun meanwhile, and the errors of WriteFileAtomic.
  absl::Status Begin() const;
  // Marks the seed as of a run that got every answer and wrote what was issued; call it when that
  // is durable. The errors of WriteFileAtomic.
  absl::Status MarkComplete() const;
  // Removes the seed; call it once no certificate is missing.
  void Remove() const;

 private:
  // What the file says of the seed.
  enum class File { kMissing, kCutShort, kComplete };

  FolderSeed(std::string path, std::string seed, std::string server, File file, bool is_new)
      : path_(std::move(path)),
        seed_(std::move(seed)),
        server_(std::move(server)),
        file_(file),
        is_new_(is_new) {}

  std::string path_;
  std::string seed_;
  std::string server_;
  File file_;
  bool is_new_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FOLDER_REQUESTS_H_
