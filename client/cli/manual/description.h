// A command as plain data: what help for programs, manual pages and completion are made of.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_DESCRIPTION_H_
#define FLEETCA_CLIENT_CLI_MANUAL_DESCRIPTION_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace fleetca::client {

// A flag or an argument.
struct OptionDescription {
  // All spellings of a flag, the short ones first; the one word of an argument.
  std::vector<std::string> names;
  std::string type;  // "FILE"; empty for a flag that takes nothing
  std::string summary;
  std::string group;  // the heading of its group of flags; empty for the command's own
  bool required = false;
  bool repeatable = false;
  std::string default_value;
};

// A command below another, or a group of flags: its name and what is said of it.
struct NamedSummary {
  std::string name;
  std::string summary;
};

struct CommandDescription {
  std::string path;  // "fleetca cert issue"
  std::string summary;
  std::string usage;  // in one line
  std::vector<NamedSummary> commands;
  std::vector<OptionDescription> arguments;
  std::vector<OptionDescription> flags;
  std::vector<NamedSummary> groups;  // of flags
  // What the help says around the examples, as it stands there.
  std::string notes;
  // The lines below "Examples:", with their comments and their indentation; empty where there are
  // none.
  std::string examples;
};

// What `command` is like, without the hidden commands below it.
CommandDescription Describe(const CLI::App& command);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_DESCRIPTION_H_
