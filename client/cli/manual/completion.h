// What can stand at the end of a command line that is still being typed.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_H_
#define FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_H_

#include <functional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "client/cli/manual/half_typed.h"
#include "client/cli/manual/value_kind.h"

namespace fleetca::client {

struct CompletionWord {
  std::string word;
  std::string description;  // may be empty
};

struct Completion {
  std::vector<CompletionWord> words;
  // The shell adds the files that it knows, or the folders alone.
  bool files = false;
  bool folders = false;
  // A word is only the beginning of what is meant, so no blank follows it.
  bool no_blank = false;
};

// What is there of a kind that the tree of commands does not know: contexts, profiles and the like.
// Called at most once for a completion.
using KnownWords =
    std::function<std::vector<CompletionWord>(ValueKind kind, const HalfTyped& typed)>;

// All that can stand in place of the last word of `words`, and begins as it does.
Completion Complete(const CLI::App& app, const std::vector<std::string>& words,
                    const KnownWords& known);

// For the scripts of the shells: what the shell does itself in the first line ("files", "folders",
// "noblank" or nothing, with blanks between), then a line for each word: the word, and after a tab
// its description. Words and descriptions hold no control characters: a word that has one is left
// out.
std::string CompletionToText(const Completion& completion);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_H_
