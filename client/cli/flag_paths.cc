#include "client/cli/flag_paths.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/named_paths.h"
#include "base/standard_stream.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

void NameValue(const CLI::Option& option, absl::string_view value) {
  const std::string name = option.get_name();
  const std::string type = TypeOf(option);
  if (type == "ADDRESS") {
    if (absl::ConsumePrefix(&value, "unix:")) {
      NamePath(value, name);
    }
    return;
  }
  if (type != "FILE" && type != "DIR") {
    return;
  }
  NamePath(value, name);
  if (IsStandardStream(value)) {
    NamePath(absl::EndsWith(name, "out") ? "standard output" : "standard input", name);
  }
}

}  // namespace

void NamePathsWhenParsed(CLI::App& app) {
  app.parse_complete_callback([&app] {
    ForgetNamedPaths();
    for (const CLI::Option* option : OptionsOf(Innermost(app))) {
      for (const std::string& value : option->results()) {
        NameValue(*option, value);
      }
    }
  });
}

}  // namespace fleetca::client
