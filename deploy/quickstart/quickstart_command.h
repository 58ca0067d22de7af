// `fleetca quickstart`: a trial in one command.
#ifndef FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_COMMAND_H_
#define FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::quickstart {

// Adds the command, which runs others of this program: those of the server's side and of the
// client's. It leaves its exit code (base/exit_status.h) in *exit_code, which must outlive `app`.
void AddQuickstartCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_QUICKSTART_COMMAND_H_
