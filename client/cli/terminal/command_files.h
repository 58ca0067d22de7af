// The files that a command reads and writes, by their flags.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_COMMAND_FILES_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_COMMAND_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/output_check.h"
#include "base/output_file.h"

namespace fleetca::client {

struct FlaggedFile {
  std::string flag;  // "--out"
  std::string path;  // empty: not given
};

struct FlaggedOutput {
  std::string flag;
  std::string path;  // "-": standard output; empty: not given
  Replace replace = Replace::kAllButKeys;
};

struct CommandFiles {
  std::vector<FlaggedOutput> outputs;
  std::vector<FlaggedFile> inputs;
};

// Standard input can be read once: a sentence where two of the files are it; "" where they are not.
std::string StandardInputMistake(const std::vector<FlaggedFile>& inputs);

// FAILED_PRECONDITION kFileInvalid when an output is another output or an input, however it is
// spelled: by links, hard or symbolic, and other ways to its folder. Standard input and output,
// devices and pipes may be several. The sentence ends with NothingDone(next).
absl::Status CheckFilesApart(const CommandFiles& files, NextStep next);

// CheckFilesApart, and whether each output can be written, asked before something is spent on what
// is to be written; the sentence ends with NothingDone(next) where it could not. There is no other
// way to ask, so that no command can forget what it reads.
absl::Status CheckOutputs(const CommandFiles& files, NextStep next);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_COMMAND_FILES_H_
