#include "client/cli/manual/value_kind.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cli/manual/command_tree.h"

namespace fleetca::client {
namespace {

struct TypeRule {
  absl::string_view type;
  ValueKind kind;
};

// Types that say enough by themselves.
constexpr TypeRule kByType[] = {
    {"FILE", ValueKind::kFile},          {"PATH", ValueKind::kFile},
    {"SOCKET", ValueKind::kFile},        {"DIR", ValueKind::kFolder},
    {"FOLDER", ValueKind::kFolder},      {"SERIAL|FILE", ValueKind::kSerialOrFile},
    {"SERIAL", ValueKind::kSerial},      {"TYPE:NAME", ValueKind::kName},
    {"COMMAND", ValueKind::kCommand},    {"HOST:PORT", ValueKind::kAddress},
    {"SPIFFE-ID", ValueKind::kIdentity},
};

struct NameRule {
  absl::string_view type;
  // Empty: any.
  absl::string_view option;
  // Of the command above the option's; empty: any.
  absl::string_view group;
  ValueKind kind;
};

// Types that several kinds of values have; the first rule that fits holds.
constexpr NameRule kByName[] = {
    {"PATH", "--path", "authz", ValueKind::kText},  // of a URL
    {"NAME", "--profile", "", ValueKind::kProfile},
    {"NAME", "name", "context", ValueKind::kContext},
    {"ID", "--identity", "", ValueKind::kIdentity},
    {"ID", "", "token", ValueKind::kTokenId},
    {"ID", "", "renewal", ValueKind::kRenewalId},
};

// Types of which the description lists all values.
constexpr absl::string_view kListed[] = {"FORM", "HASH", "REASON", "RULE", "SHELL", "TYPE"};

// "{text,json}" of "FORM:{text,json}".
std::vector<std::string> CheckedWords(absl::string_view type) {
  const size_t begin = type.find(":{");
  const size_t end = type.find('}', begin);
  if (begin == absl::string_view::npos || end == absl::string_view::npos) {
    return {};
  }
  return absl::StrSplit(type.substr(begin + 2, end - begin - 2), ',', absl::SkipEmpty());
}

bool IsWord(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

// The words of the first clause that is nothing but a list: "Make a key: p256, p384 or ed25519".
std::vector<std::string> ListedWords(absl::string_view description) {
  for (const absl::string_view clause : absl::StrSplit(description, absl::ByAnyChar(":;("))) {
    const std::string list = absl::StrReplaceAll(clause, {{" or ", ", "}, {" and ", ", "}});
    std::vector<std::string> words;
    for (const absl::string_view word : absl::StrSplit(list, ", ")) {
      words.emplace_back(absl::StripAsciiWhitespace(absl::StripSuffix(word, ")")));
    }
    if (words.size() > 1 && std::all_of(words.begin(), words.end(), IsWord)) {
      return words;
    }
  }
  return {};
}

// "SERIAL|FILE..." is of a type with "SERIAL|FILE".
std::string PlainType(const CLI::Option& option) {
  return std::string(absl::StripSuffix(TypeOf(option), "..."));
}

}  // namespace

std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  std::vector<std::string> words = CheckedWords(option.get_type_name());
  if (!words.empty()) {
    return words;
  }
  const std::string type = PlainType(option);
  if (std::find(std::begin(kListed), std::end(kListed), type) != std::end(kListed)) {
    return ListedWords(option.get_description());
  }
  // A type that is itself the list: "text|json".
  words = absl::StrSplit(type, '|');
  const bool is_list =
      words.size() > 1 && std::all_of(words.begin(), words.end(), [](const auto& word) {
        return IsWord(word) && word == absl::AsciiStrToLower(word);
      });
  return is_list ? words : std::vector<std::string>{};
}

ValueKind ValueKindOf(const CLI::App& command, const CLI::Option& option) {
  if (!ChoicesOf(option).empty()) {
    return ValueKind::kChoice;
  }
  const std::string type = PlainType(option);
  const std::string group = command.get_parent() == nullptr ? "" : command.get_parent()->get_name();
  // The name of a new context, as any name that is made up, is nobody's to know.
  const bool is_new = command.get_name() == "add";
  for (const NameRule& rule : kByName) {
    if (rule.type == type && (rule.option.empty() || option.check_name(std::string(rule.option))) &&
        (rule.group.empty() || rule.group == group) && !is_new) {
      return rule.kind;
    }
  }
  for (const TypeRule& rule : kByType) {
    if (rule.type == type) {
      return rule.kind;
    }
  }
  return ValueKind::kText;
}

}  // namespace fleetca::client
