// The folder of a trial: what is where, and whether it is one.
#ifndef FLEETCA_DEPLOY_QUICKSTART_TRIAL_FOLDER_H_
#define FLEETCA_DEPLOY_QUICKSTART_TRIAL_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/descriptor.h"

namespace fleetca::quickstart {

struct TrialFolder {
  std::string path;

  // What makes it a trial's folder. Locked while a command works on the folder.
  std::string marker() const { return path + "/quickstart"; }
  std::string ca() const { return path + "/ca"; }
  std::string config() const { return ca() + "/fleetca.textproto"; }
  std::string roots() const { return ca() + "/trust-bundle.pem"; }
  std::string key() const { return path + "/web.key"; }
  std::string certificate() const { return path + "/web.crt"; }
  std::string log() const { return path + "/server.log"; }
  // Of the server's process, which has it locked for as long as it lives.
  std::string pid_file() const { return path + "/server.pid"; }
  std::string ready_file() const { return path + "/server.ready"; }
};

// Makes the folder, where there is none, and returns its lock. FAILED_PRECONDITION kFileInvalid
// when the folder has files and was not made by this; kFilePermissions when the folder or its
// marker belongs to another user or can be written by others, and others of making a file;
// UNAVAILABLE kFileInvalid while another command works on it.
absl::StatusOr<Descriptor> OpenTrialFolder(const TrialFolder& folder);

// The same for a folder that must be there: FAILED_PRECONDITION kFileMissing.
absl::StatusOr<Descriptor> OpenTrialFolderThatIsThere(const TrialFolder& folder);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_TRIAL_FOLDER_H_
