#include "client/cli/command_line.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cli/closest_word.h"
#include "client/cli/command_tree.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kExamples = "\nExamples:\n";
constexpr absl::string_view kHelp = "help";
constexpr absl::string_view kHelpFlag = "--help";

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

std::vector<std::string> NamesOf(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    names.push_back(command->get_name());
  }
  return names;
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_name().empty() && command->check_name(name)) {
      return command;
    }
  }
  return nullptr;
}

std::string SeeHelp(const CLI::App& app) {
  return absl::StrCat("'", PathOf(app), " ", kHelpFlag, "' says more");
}

// "--dir=ca" as "--dir".
std::string FlagOf(const std::string& argument) { return argument.substr(0, argument.find('=')); }

const CLI::Option* FindFlag(const CLI::App& app, const std::string& argument) {
  for (const CLI::Option* option : OptionsOf(app)) {
    const bool is_long = absl::StartsWith(argument, "--");
    const std::string name = is_long ? FlagOf(argument).substr(2) : argument.substr(1, 1);
    if (is_long ? option->check_lname(name) : option->check_sname(name)) {
      return option;
    }
  }
  return nullptr;
}

std::vector<std::string> LongFlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : OptionsOf(app)) {
    for (const std::string& name : option->get_lnames()) {
      flags.push_back("--" + name);
    }
  }
  return flags;
}

// The one command of that name below `app`, wherever it is; null where there are none or several.
const CLI::App* FindBelow(const CLI::App& app, const std::string& name) {
  const CLI::App* found = nullptr;
  for (const CLI::App* group : CommandsOf(app)) {
    for (const CLI::App* command : CommandsOf(*group)) {
      if (command->check_name(name)) {
        if (found != nullptr) {
          return nullptr;
        }
        found = command;
      }
    }
  }
  return found;
}

CommandLineMistake UnknownCommand(const CLI::App& app, const std::string& word) {
  const std::vector<std::string> names = NamesOf(CommandsOf(app));
  std::string meant = ClosestWord(word, names);
  if (!meant.empty()) {
    meant = absl::StrCat(PathOf(app), " ", meant);
  } else if (const CLI::App* below = FindBelow(app, word); below != nullptr) {
    meant = PathOf(*below);
  }
  return {absl::StrCat(Quoted(word), " is no command of ", PathOf(app), "; ",
                       meant.empty() ? absl::StrCat("there are: ", absl::StrJoin(names, ", "))
                                     : absl::StrCat("did you mean '", meant, "'?")),
          ""};
}

CommandLineMistake MissingCommand(const CLI::App& app) {
  return {absl::StrCat(PathOf(app), " needs a command; there are: ",
                       absl::StrJoin(NamesOf(CommandsOf(app)), ", "), "; ", SeeHelp(app)),
          ""};
}

// A flag where a command must stand.
CommandLineMistake FlagOfGroup(const CLI::App& app, const std::string& argument) {
  return {absl::StrCat(Quoted(argument), " stands where a command of ", PathOf(app),
                       " must; flags come after the command. There are: ",
                       absl::StrJoin(NamesOf(CommandsOf(app)), ", ")),
          FlagOf(argument)};
}

CommandLineMistake UnknownFlag(const CLI::App& command, const std::string& argument) {
  const std::string flag = FlagOf(argument);
  // Who writes -dir means --dir.
  const std::string spelled = absl::StrCat("--", absl::StripPrefix(flag.substr(1), "-"));
  const std::string meant = ClosestWord(spelled, LongFlagsOf(command));
  return {
      absl::StrCat(Quoted(flag), " is no flag of ", PathOf(command), "; ",
                   meant.empty() ? SeeHelp(command) : absl::StrCat("did you mean ", meant, "?")),
      flag};
}

// A flag that names a file, a folder or an address, and was given nothing: a variable that is not
// set. Nothing would mean the default, which is another file, folder or server than was meant.
CommandLineMistake EmptyValue(const CLI::App& command, const std::string& argument) {
  const std::string flag = FlagOf(argument);
  return {absl::StrCat(flag,
                       " is given nothing, as by a variable that is not set; give it a value "
                       "or leave it out; ",
                       SeeHelp(command)),
          flag};
}

bool NamesAPlace(const CLI::Option& option) {
  const std::string name = TypeOf(option);
  const std::string type = name.substr(0, name.find(':'));
  return type == "FILE" || type == "DIR" || type == "PATH" || type == "ADDRESS" || type == "HOST";
}

// What looks like a flag; "-" is a file, and "-1" a number.
bool LooksLikeFlag(const std::string& argument) {
  return argument.size() > 1 && argument.front() == '-' &&
         !absl::ascii_isdigit(static_cast<unsigned char>(argument[1]));
}

CommandLineMistake FindFlagMistake(const CLI::App& command,
                                   const std::vector<std::string>& arguments, size_t from) {
  for (size_t i = from; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    if (!LooksLikeFlag(argument)) {
      continue;
    }
    const CLI::Option* const option = FindFlag(command, argument);
    const bool is_long = absl::StartsWith(argument, "--");
    if (option == nullptr) {
      return UnknownFlag(command, argument);
    }
    const bool has_value = is_long ? absl::StrContains(argument, "=") : argument.size() > 2;
    const bool is_empty = has_value ? is_long && argument.find('=') + 1 == argument.size()
                                    : i + 1 < arguments.size() && arguments[i + 1].empty();
    if (is_empty && NamesAPlace(*option)) {
      return EmptyValue(command, argument);
    }
    i += has_value ? 0 : static_cast<size_t>(option->get_items_expected_min());
  }
  return {};
}

// The first flag that a sentence of CLI11's names.
std::string FlagIn(absl::string_view sentence) {
  const size_t begin = sentence.find("--");
  if (begin == absl::string_view::npos) {
    return "";
  }
  sentence.remove_prefix(begin);
  size_t end = 2;
  while (end < sentence.size() &&
         (absl::ascii_isalnum(static_cast<unsigned char>(sentence[end])) || sentence[end] == '-')) {
    ++end;
  }
  return std::string(sentence.substr(0, end));
}

// How many arguments from `at` on say the form, as "-o json" or "--output=text"; 0 where none do.
size_t FormLength(const std::vector<std::string>& arguments, size_t at) {
  std::string argument = arguments[at];
  size_t length = 1;
  if ((argument == "-o" || argument == "--output") && at + 1 < arguments.size()) {
    absl::StrAppend(&argument, "=", arguments[at + 1]);
    length = 2;
  }
  for (const char* form : {"json", "text"}) {
    for (const char* flag : {"-o", "-o=", "--output="}) {
      if (argument == absl::StrCat(flag, form)) {
        return length;
      }
    }
  }
  return 0;
}

bool AsksForHelp(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kHelp) {
    return true;
  }
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const std::string& argument) {
    return argument == kHelpFlag || argument == "-h";
  });
}

// The form of a help is said at any place, and a group of commands has no flag for it.
void TakeFormOff(std::vector<std::string>* arguments) {
  for (size_t i = 0; i < arguments->size() && (*arguments)[i] != "--";) {
    const size_t length = FormLength(*arguments, i);
    const auto from = arguments->begin() + static_cast<std::ptrdiff_t>(i);
    arguments->erase(from, from + static_cast<std::ptrdiff_t>(length));
    i += length == 0 ? 1 : 0;
  }
}

}  // namespace

bool WantsJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    if (argument == "-ojson" || argument == "-o=json" || argument == "--output=json") {
      return true;
    }
    if ((argument == "-o" || argument == "--output") && i + 1 < arguments.size() &&
        arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

std::vector<std::string> WithoutHelpCommand(std::vector<std::string> arguments) {
  if (!AsksForHelp(arguments)) {
    return arguments;
  }
  TakeFormOff(&arguments);
  const bool of_itself = arguments.size() > 1 && LooksLikeFlag(arguments[1]);
  if (arguments.empty() || arguments.front() != kHelp || of_itself) {
    return arguments;
  }
  arguments.erase(arguments.begin());
  if (std::find(arguments.begin(), arguments.end(), kHelpFlag) == arguments.end()) {
    arguments.emplace_back(kHelpFlag);
  }
  return arguments;
}

CommandLineMistake FindMistake(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* at = &app;
  size_t i = 0;
  while (at->get_require_subcommand_min() > 0) {
    if (i == arguments.size()) {
      return MissingCommand(*at);
    }
    const std::string& word = arguments[i];
    const CLI::App* const next = FindCommand(*at, word);
    if (next != nullptr) {
      at = next;
      ++i;
    } else if (!LooksLikeFlag(word)) {
      return UnknownCommand(*at, word);
    } else if (FindFlag(*at, word) != nullptr) {
      return {};
    } else {
      const bool mistyped = !ClosestWord(FlagOf(word), LongFlagsOf(*at)).empty();
      return mistyped ? UnknownFlag(*at, word) : FlagOfGroup(*at, word);
    }
  }
  return FindFlagMistake(*at, arguments, i);
}

CommandLineMistake MistakeOf(const CLI::App& app, const CLI::ParseError& error) {
  const std::string sentence = error.what();
  return {absl::StrCat(sentence, "; ", SeeHelp(Innermost(app))), FlagIn(sentence)};
}

void AddGroupExamples(CLI::App& app) {
  for (CLI::App* group : app.get_subcommands([](CLI::App*) { return true; })) {
    std::string examples;
    for (const CLI::App* command : CommandsOf(*group)) {
      absl::StrAppend(&examples, ExamplesOf(*command));
    }
    if (!examples.empty()) {
      group->footer(absl::StrCat(kExamples, examples));
    }
  }
}

}  // namespace fleetca::client
