// Where an agent keeps what it knows of one identity.
#ifndef FLEETCA_CLIENT_AGENT_IDENTITY_FOLDER_H_
#define FLEETCA_CLIENT_AGENT_IDENTITY_FOLDER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/agent/identity_record.h"
#include "client/files/disk_steps.h"
#include "client/files/file_generations.h"

namespace fleetca::client {

// state_folder/NAME, in which whole records follow each other: after a crash there is the old one
// or the new one. The files are the agent's alone, mode 0600. One process has the folder at a time.
// Thread-compatible.
class IdentityFolder {
 public:
  // Makes the folder where there is none; the state folder around it must be there. The errors of
  // FileGenerations::Open, with what to do where another agent has it. `before_step` is for tests.
  static absl::StatusOr<std::unique_ptr<IdentityFolder>> Open(const std::string& state_folder,
                                                              const std::string& name,
                                                              BeforeStep before_step = nullptr);
  IdentityFolder(const IdentityFolder&) = delete;
  IdentityFolder& operator=(const IdentityFolder&) = delete;

  // The record that was saved last; an empty one where none was. FAILED_PRECONDITION kFileInvalid
  // names the file where it is damaged, or a key is not its certificate's, and says what to do.
  absl::StatusOr<IdentityRecord> Load() const;

  // Durable when it returns, and earlier records, whose keys may be of no use any more, are gone.
  // The errors of FileGenerations::Put.
  absl::Status Save(const IdentityRecord& record);

  const std::string& path() const { return path_; }

 private:
  IdentityFolder(std::string path, std::unique_ptr<FileGenerations> files)
      : path_(std::move(path)), files_(std::move(files)) {}

  absl::StatusOr<SecretBytes> ReadKey(absl::string_view name) const;

  const std::string path_;
  const std::unique_ptr<FileGenerations> files_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_IDENTITY_FOLDER_H_
