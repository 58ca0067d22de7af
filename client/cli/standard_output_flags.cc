#include "client/cli/standard_output_flags.h"

#include <unistd.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "base/output_place.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

std::string ByItsName(const std::string& path) {
  const absl::StatusOr<OutputPlace> place = FindOutputPlace(path);
  return place.ok() && place->descriptor == STDOUT_FILENO ? "-" : path;
}

}  // namespace

void TakeStandardOutputByAnyName(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (TypeOf(*option) == "FILE" && absl::EndsWith(option->get_name(), "out")) {
      option->transform(ByItsName, "");
    }
  }
  for (CLI::App* below : app.get_subcommands([](CLI::App*) { return true; })) {
    TakeStandardOutputByAnyName(*below);
  }
}

}  // namespace fleetca::client
