#include "client/cli/command_line.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/cli/local/needs_renewal_command.h"
#include "client/cli/manual/closest_word.h"
#include "client/cli/manual/command_tree.h"

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

// A flag that was given nothing: a variable that is not set. Nothing would mean the default, which
// is another file, folder or server than was meant, or that a question is not asked.
CommandLineMistake EmptyValue(const CLI::App& command, const std::string& argument) {
  const std::string flag = FlagOf(argument);
  return {absl::StrCat(flag,
                       " is given nothing, as by a variable that is not set; give it a value "
                       "or leave it out; ",
                       SeeHelp(command)),
          flag};
}

// Whether nothing is a value: words for people, and a subject, which may be empty.
bool TakesNothing(const CLI::Option& option) {
  const std::string name = TypeOf(option);
  const std::string type = name.substr(0, name.find(':'));
  return type == "TEXT" || type == "SUBJECT" || option.get_items_expected_min() == 0;
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
    if (is_empty && !TakesNothing(*option)) {
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

constexpr absl::string_view kGivenTwice = ": At Most 1 required but received ";

// The library's "Could not convert: --entries = abc", and what it says of a flag that is there
// twice, as sentences; every other one as it is.
std::string InOurWords(absl::string_view sentence) {
  absl::string_view rest = sentence;
  const size_t twice = sentence.find(kGivenTwice);
  if (twice != absl::string_view::npos) {
    return absl::StrCat(sentence.substr(0, twice), ": is given ",
                        sentence.substr(twice + kGivenTwice.size()), " times; give it once");
  }
  const size_t equals = sentence.find(" = ");
  if (!absl::ConsumePrefix(&rest, "Could not convert: ") || equals == absl::string_view::npos) {
    return std::string(sentence);
  }
  return absl::StrCat(rest.substr(0, rest.find(" = ")), ": \"", sentence.substr(equals + 3),
                      "\" is not a number, or is too large");
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

int ExitCodeWithoutAnswer(const std::vector<std::string>& arguments, int usual) {
  // At any place, as a command line that is wrong may have it at a wrong one.
  const bool is_question =
      std::find(arguments.begin(), arguments.end(), "needs-renewal") != arguments.end();
  return is_question ? kExitCannotTell : usual;
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
  // A command that does something by itself may have others below it.
  const auto goes_on = [&] {
    return at->get_require_subcommand_min() > 0 ||
           (i < arguments.size() && !LooksLikeFlag(arguments[i]) && !CommandsOf(*at).empty());
  };
  while (goes_on()) {
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
  const std::string sentence = InOurWords(error.what());
  return {absl::StrCat(sentence, "; ", SeeHelp(Innermost(app))), FlagIn(sentence)};
}

void AddGroupExamples(CLI::App& app) {
  for (CLI::App* group : app.get_subcommands([](CLI::App*) { return true; })) {
    std::string below;
    for (const CLI::App* command : CommandsOf(*group)) {
      absl::StrAppend(&below, ExamplesOf(*command));
    }
    if (!below.empty()) {
      // One that does something by itself has words and examples of its own; any other has the
      // app's, which CLI11 hands down.
      const bool has_own = group->get_footer() != app.get_footer();
      const std::string own = has_own ? group->get_footer() : "";
      group->footer(absl::StrCat(own.substr(0, own.find(std::string(kExamples))), kExamples,
                                 has_own ? ExamplesOf(*group) : "", below));
    }
  }
}

}  // namespace fleetca::client
