#include "service/cli/bootstrap_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/bootstrap/bootstrap_launch.h"
#include "service/bootstrap/bootstrap_process.h"

namespace fleetca::service {

void AddBootstrapCommand(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand(kBootstrapCommand, "Serve the bootstrap port; `fleetca serve` runs this");
  command->group("");
  auto sockets = std::make_shared<int>(0);
  command->add_option(kSocketsOption, *sockets)->required();
  auto readable = std::make_shared<std::vector<std::string>>();
  command->add_option(kReadableOption, *readable);
  command->callback([sockets, readable, exit_code] {
    *exit_code = RunBootstrapProcess(*sockets, std::move(*readable));
  });
}

}  // namespace fleetca::service
