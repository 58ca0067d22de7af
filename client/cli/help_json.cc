#include "client/cli/help_json.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cli/command_tree.h"
#include "client/cli/facts_json.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

constexpr absl::string_view kExamples = "Examples:\n";

// Both spellings of a flag, or the one word of an argument.
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

ordered_json OptionToJson(const CLI::Option& option) {
  ordered_json json;
  json["names"] = NamesOf(option);
  if (const std::string type = TypeOf(option); !type.empty()) {
    json["type"] = type;
  }
  json["summary"] = option.get_description();
  json["required"] = option.get_required();
  json["repeatable"] = IsRepeatable(option);
  if (!option.get_default_str().empty()) {
    json["default"] = option.get_default_str();
  }
  return json;
}

// What stands before the examples, if anything does.
std::string NotesOf(const CLI::App& command) {
  const std::string footer = command.get_footer();
  return std::string(
      absl::StripAsciiWhitespace(footer.substr(0, footer.find(std::string(kExamples)))));
}

// A command each, which a "\" at the end of a line continues. Comments are about what follows.
ordered_json ExamplesToJson(const CLI::App& command) {
  ordered_json examples = ordered_json::array();
  std::string example;
  for (const absl::string_view line : absl::StrSplit(ExamplesOf(command), '\n')) {
    const absl::string_view text = absl::StripPrefix(line, "  ");
    // After the examples there may be more words, which are not indented.
    if (example.empty() && (text.size() == line.size() || absl::StartsWith(text, "#"))) {
      continue;
    }
    absl::StrAppend(&example, example.empty() ? "" : "\n", text);
    if (!absl::EndsWith(text, "\\")) {
      examples.push_back(std::exchange(example, ""));
    }
  }
  return examples;
}

std::string UsageOf(const CLI::App& command) {
  std::string usage = PathOf(command);
  absl::StrAppend(&usage, " [OPTIONS]");
  for (const CLI::Option* option : OptionsOf(command)) {
    if (option->get_positional()) {
      const std::string name = absl::StrCat(option->get_name(), IsRepeatable(*option) ? "..." : "");
      absl::StrAppend(&usage, " ", option->get_required() ? name : absl::StrCat("[", name, "]"));
    }
  }
  return CommandsOf(command).empty() ? usage : absl::StrCat(usage, " COMMAND");
}

}  // namespace

std::string HelpToJson(const CLI::App& command) {
  ordered_json json;
  json["command"] = PathOf(command);
  json["summary"] = command.get_description();
  json["usage"] = UsageOf(command);
  json["commands"] = ordered_json::array();
  for (const CLI::App* below : CommandsOf(command)) {
    json["commands"].push_back(
        {{"name", below->get_name()}, {"summary", below->get_description()}});
  }
  json["arguments"] = ordered_json::array();
  json["flags"] = ordered_json::array();
  for (const CLI::Option* option : OptionsOf(command)) {
    json[option->get_positional() ? "arguments" : "flags"].push_back(OptionToJson(*option));
  }
  json["notes"] = NotesOf(command);
  json["examples"] = ExamplesToJson(command);
  return JsonToText(json);
}

}  // namespace fleetca::client
