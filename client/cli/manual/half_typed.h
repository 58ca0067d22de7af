// A command line that is still being typed: what stands at its end.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_HALF_TYPED_H_
#define FLEETCA_CLIENT_CLI_MANUAL_HALF_TYPED_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace fleetca::client {

// Everything that is pointed to belongs to the program's tree of commands.
struct HalfTyped {
  const CLI::App* command = nullptr;  // the innermost that is named; never null
  // Whose value stands at the end: a flag's or an argument's; null where none can.
  const CLI::Option* option = nullptr;
  // What else may stand there.
  bool may_be_command = false;
  bool may_be_flag = false;
  // What is typed of the last word: of "--key=we" the text is "we", and "--key=" stands before it.
  std::string before;
  std::string text;
  // The flags that are complete, and the value of each that has one; the last where there are
  // several. By their last names, without hyphens.
  std::map<std::string, std::string> values;
  std::set<const CLI::Option*> given;
  // The words that are the command's arguments.
  std::vector<std::string> arguments;
};

// Reads `words`, of which the last is the one that is typed (empty where its first letter is not
// typed yet), as the program would. A line that `app` would not take is read as far as it goes. No
// words are as one empty word. The result points into `app`.
HalfTyped ReadHalfTyped(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_HALF_TYPED_H_
