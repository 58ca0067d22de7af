// A folder that appears complete or not at all.
#ifndef FLEETCA_SERVICE_AUTHORITY_STAGING_FOLDER_H_
#define FLEETCA_SERVICE_AUTHORITY_STAGING_FOLDER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Files are written to a new folder of mode 0700 beside the wanted one, which takes its name when
// all are there. Destroyed before that, it removes what it made; a process that dies leaves
// "FOLDER.new-XXXXXX" behind. Thread-compatible.
class StagingFolder {
 public:
  // FAILED_PRECONDITION kFileInvalid, also below.
  static absl::StatusOr<std::unique_ptr<StagingFolder>> Create(const std::string& folder);

  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;
  ~StagingFolder();

  // A new file, synced.
  absl::Status Write(absl::string_view name, absl::string_view contents, mode_t mode) const;

  // Gives the folder its name. An empty folder of that name is replaced; one with anything in it is
  // an error and stays as it is.
  absl::Status Finish();

 private:
  StagingFolder(std::string folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}

  const std::string folder_;
  std::string path_;  // empty once finished
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_STAGING_FOLDER_H_
