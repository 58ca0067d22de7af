// The files that a command reads and writes, by their flags.
#ifndef FLEETCA_CLIENT_CLI_COMMAND_FILES_H_
#define FLEETCA_CLIENT_CLI_COMMAND_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fleetca::client {

struct FlaggedFile {
  std::string flag;  // "--out"
  std::string path;  // empty: not given
};

struct CommandFiles {
  std::vector<FlaggedFile> outputs;
  std::vector<FlaggedFile> inputs;
};

// Standard input can be read once: a sentence where two of the files are it; "" where they are not.
std::string StandardInputMistake(const std::vector<FlaggedFile>& inputs);

// FAILED_PRECONDITION kFileInvalid when an output is another output or an input, however it is
// spelled: by links, hard or symbolic, and other ways to its folder. Standard input and output,
// devices and pipes may be several.
absl::Status CheckFilesApart(const CommandFiles& files);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_COMMAND_FILES_H_
