#include "service/cli/commands.h"

#include "service/cli/bootstrap_command.h"
#include "service/cli/ca_command.h"
#include "service/cli/config_command.h"
#include "service/cli/policy_command.h"
#include "service/cli/serve_command.h"
#include "service/cli/store_command.h"

namespace fleetca::service {

void AddServerCommands(CLI::App& app, int* exit_code) {
  AddCaCommand(app, exit_code);
  AddServeCommand(app, exit_code);
  AddBootstrapCommand(app, exit_code);
  AddConfigCommand(app, exit_code);
  AddPolicyCommand(app, exit_code);
  AddStoreCommand(app, exit_code);
}

}  // namespace fleetca::service
