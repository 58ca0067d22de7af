#include "client/cli/manual/command_tree.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kExamples = "\nExamples:\n";

}  // namespace

// A hidden command, and a group of flags, which has no name, are none of the user's.
std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) {
    return !command->get_name().empty() && !command->get_group().empty();
  });
}

std::vector<const CLI::Option*> OptionsOf(const CLI::App& app) {
  std::vector<const CLI::Option*> options = app.get_options();
  for (const CLI::App* group : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (group->get_name().empty()) {
      const std::vector<const CLI::Option*> more = OptionsOf(*group);
      // A group has a --help of its own, which is the command's for the user.
      std::copy_if(more.begin(), more.end(), std::back_inserter(options),
                   [group](const CLI::Option* option) { return option != group->get_help_ptr(); });
    }
  }
  return options;
}

std::string PathOf(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  return parent == nullptr ? app.get_name() : absl::StrCat(PathOf(*parent), " ", app.get_name());
}

const CLI::App& Innermost(const CLI::App& app) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  return parsed.empty() || parsed.back()->get_name().empty() ? app : Innermost(*parsed.back());
}

std::string ExamplesOf(const CLI::App& app) {
  const std::string footer = app.get_footer();
  const size_t begin = footer.find(std::string(kExamples));
  if (begin == std::string::npos) {
    return "";
  }
  std::string examples = footer.substr(begin + kExamples.size());
  absl::StripTrailingAsciiWhitespace(&examples);
  return absl::StrCat(examples, "\n");
}

std::string TypeOf(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) {
    return "";
  }
  // CLI11 adds the words that a check allows: "FORM:{text,json}".
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(":{"));
}

}  // namespace fleetca::client
