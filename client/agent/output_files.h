// The files that an identity's certificate is handed out in.
#ifndef FLEETCA_CLIENT_AGENT_OUTPUT_FILES_H_
#define FLEETCA_CLIENT_AGENT_OUTPUT_FILES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/files/credential_files.h"

namespace fleetca::client {

// Thread-compatible.
class OutputFiles {
 public:
  virtual ~OutputFiles() = default;

  // Puts all files of this credential in place, which change together and are durable when it
  // returns. Nothing is written where they are there already. The errors of FileGenerations::Put.
  virtual absl::Status Put(const Credential& credential) = 0;
  // Whether what the last Put has put in place is there still, as far as can be told without
  // reading all of it; FAILED_PRECONDITION says what somebody has removed or replaced. As
  // FileGenerations::InPlace.
  virtual absl::Status InPlace() = 0;
  // Changes exactly when the files do, also over starts of the agent; 0: there are none.
  virtual absl::StatusOr<uint64_t> Generation() const = 0;
  // The certificate in place with its chain, and its key where the files have it in the clear,
  // without roots; without a certificate where there is none in a file of PEM. The errors of
  // FileGenerations::Read and ParseCredentialFile.
  virtual absl::StatusOr<Credential> Placed() const = 0;
  // The hooks that follow have everyone read the files anew.
  virtual void BeforeHooks() {}
  // Everyone uses the files in place: earlier ones are of no use any more.
  virtual absl::Status Release() = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_OUTPUT_FILES_H_
