#include "client/cli/manual/description.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kExamples = "Examples:\n";

std::vector<std::string> NamesOf(const CLI::Option& option) {
  if (option.get_positional()) {
    return {option.get_name()};
  }
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back(absl::StrCat("-", name));
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back(absl::StrCat("--", name));
  }
  return names;
}

bool IsRepeatable(const CLI::Option& option) {
  return option.get_items_expected_max() > 1 ||
         option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

// Those of the command itself, and of its groups, which are commands without a name for CLI11.
const CLI::App* GroupOf(const CLI::App& command, const CLI::Option& option) {
  for (const CLI::App* group : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (group->get_name().empty()) {
      for (const CLI::Option* inside : OptionsOf(*group)) {
        if (inside == &option) {
          return group;
        }
      }
    }
  }
  return nullptr;
}

OptionDescription DescribeOption(const CLI::App& command, const CLI::Option& option) {
  OptionDescription description;
  description.names = NamesOf(option);
  description.type = TypeOf(option);
  description.summary = option.get_description();
  if (const CLI::App* const group = GroupOf(command, option); group != nullptr) {
    description.group = group->get_group();
  }
  description.required = option.get_required();
  description.repeatable = IsRepeatable(option);
  description.default_value = option.get_default_str();
  return description;
}

std::string UsageOf(const CommandDescription& command) {
  std::string usage = absl::StrCat(command.path, " [OPTIONS]");
  for (const OptionDescription& argument : command.arguments) {
    const std::string name = absl::StrCat(argument.names.front(), argument.repeatable ? "..." : "");
    absl::StrAppend(&usage, " ", argument.required ? name : absl::StrCat("[", name, "]"));
  }
  return command.commands.empty() ? usage : absl::StrCat(usage, " COMMAND");
}

// What stands before the examples, and what follows them, which is not indented as they are.
void SplitFooter(const CLI::App& app, CommandDescription* command) {
  const std::string footer = app.get_footer();
  const size_t begin = footer.find(std::string(kExamples));
  std::vector<std::string> notes = {
      std::string(absl::StripAsciiWhitespace(footer.substr(0, begin)))};
  const std::vector<std::string> lines = absl::StrSplit(ExamplesOf(app), '\n');
  size_t end = lines.size();
  while (end > 0 && lines[end - 1].substr(0, 1) != " ") {
    --end;
  }
  const auto split = lines.begin() + static_cast<std::ptrdiff_t>(end);
  command->examples = absl::StrJoin(lines.begin(), split, "\n");
  notes.emplace_back(absl::StripAsciiWhitespace(absl::StrJoin(split, lines.end(), "\n")));
  command->notes =
      absl::StrJoin(notes, notes.front().empty() || notes.back().empty() ? "" : "\n\n");
}

}  // namespace

CommandDescription Describe(const CLI::App& command) {
  CommandDescription description;
  description.path = PathOf(command);
  description.summary = command.get_description();
  for (const CLI::App* below : CommandsOf(command)) {
    description.commands.push_back({below->get_name(), below->get_description()});
  }
  for (const CLI::Option* option : OptionsOf(command)) {
    OptionDescription described = DescribeOption(command, *option);
    (option->get_positional() ? description.arguments : description.flags)
        .push_back(std::move(described));
  }
  for (const CLI::App* group : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (group->get_name().empty()) {
      description.groups.push_back({group->get_group(), group->get_description()});
    }
  }
  SplitFooter(command, &description);
  description.usage = UsageOf(description);
  return description;
}

}  // namespace fleetca::client
