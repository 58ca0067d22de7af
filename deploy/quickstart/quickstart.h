// A trial in one step: a CA, a server and a certificate.
#ifndef FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_H_
#define FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/quickstart/trial_folder.h"
#include "deploy/quickstart/trial_server.h"

namespace fleetca::quickstart {

inline constexpr uint16_t kUsualPort = 8443;

struct StartOptions {
  TrialFolder folder;
  // 0: the one that the folder has, or kUsualPort.
  uint16_t port = 0;
  ServerPlace place = ServerPlace::kBackground;
};

struct Trial {
  std::string address;
  pid_t pid = 0;
  // What this run did; what it did not was there.
  bool made_ca = false;
  bool started_server = false;
  bool issued = false;
  // The port that was wanted was taken, so that another was chosen.
  uint16_t taken_port = 0;
  std::vector<std::string> next;  // commands
};

// Makes in the folder what is not there yet: the CA, its running server and the certificate of
// spiffe://fleet.example/svc/web, each by the command that a person would type. Every step is whole
// or not there, so an interrupted run goes on when it is given again. The errors of
// OpenTrialFolder, StartServer and of those commands; FAILED_PRECONDITION kConfigInvalid when the
// server runs at another port than the one that was asked for.
absl::StatusOr<Trial> Start(const StartOptions& options);

struct Stopped {
  pid_t pid = 0;  // 0: none ran
};

// Stops the server and leaves the folder. The errors of OpenTrialFolderThatIsThere and StopServer.
absl::StatusOr<Stopped> Stop(const TrialFolder& folder);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_H_
