#include "client/cli/help_json.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/manual/description.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

ordered_json OptionToJson(const OptionDescription& option) {
  ordered_json json;
  json["names"] = option.names;
  if (!option.type.empty()) {
    json["type"] = option.type;
  }
  json["summary"] = option.summary;
  json["required"] = option.required;
  json["repeatable"] = option.repeatable;
  if (!option.default_value.empty()) {
    json["default"] = option.default_value;
  }
  return json;
}

// A command each, which a "\" at the end of a line continues. Comments are about what follows.
ordered_json ExamplesToJson(const std::string& lines) {
  ordered_json examples = ordered_json::array();
  std::string example;
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
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

}  // namespace

std::string HelpToJson(const CLI::App& command) {
  const CommandDescription description = Describe(command);
  ordered_json json;
  json["command"] = description.path;
  json["summary"] = description.summary;
  json["usage"] = description.usage;
  json["commands"] = ordered_json::array();
  for (const NamedSummary& below : description.commands) {
    json["commands"].push_back({{"name", below.name}, {"summary", below.summary}});
  }
  for (const auto& [key, options] :
       {std::pair("arguments", &description.arguments), std::pair("flags", &description.flags)}) {
    json[key] = ordered_json::array();
    for (const OptionDescription& option : *options) {
      json[key].push_back(OptionToJson(option));
    }
  }
  json["notes"] = description.notes;
  json["examples"] = ExamplesToJson(description.examples);
  return JsonToText(json);
}

}  // namespace fleetca::client
