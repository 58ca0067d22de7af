// The command line before it is parsed: help, the form of errors, and mistakes of which CLI11 would
// say less.
#ifndef FLEETCA_CLIENT_CLI_COMMAND_LINE_H_
#define FLEETCA_CLIENT_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace fleetca::client {

// What is wrong, as a sentence; empty when nothing is. The flag is the one to blame, or empty.
struct CommandLineMistake {
  std::string sentence;
  std::string flag;
};

// Whether -o json is among the arguments, in any spelling of it.
bool WantsJson(const std::vector<std::string>& arguments);

// "help cert issue" as "cert issue --help", and where help is asked for without "-o json" or "-o
// text", which WantsJson reads; everything else, and the help of "help", as it is.
std::vector<std::string> WithoutHelpCommand(std::vector<std::string> arguments);

// The first word that stands where a command must and is none, a command that is missing, the first
// flag that its command does not have, with the one thing that was probably meant, or a flag with
// an empty value, as an unset shell variable gives it, where the flag does not accept one. `app` is
// the program with all its commands.
CommandLineMistake FindMistake(const CLI::App& app, const std::vector<std::string>& arguments);

// The exit status where no answer is given, because the command line is wrong or the process has no
// memory left: `usual`, but for a command whose answers are exit statuses ("cert needs-renewal").
int ExitCodeWithoutAnswer(const std::vector<std::string>& arguments, int usual);

// What CLI11 refused, as a sentence that says where help is.
CommandLineMistake MistakeOf(const CLI::App& app, const CLI::ParseError& error);

// Gives each group of commands, as its footer, the examples of its commands: what stands after
// "Examples:" in theirs. Call it when all commands are there.
void AddGroupExamples(CLI::App& app);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_COMMAND_LINE_H_
