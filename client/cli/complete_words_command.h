// What the shells' scripts ask at each Tab.
#ifndef FLEETCA_CLIENT_CLI_COMPLETE_WORDS_COMMAND_H_
#define FLEETCA_CLIENT_CLI_COMPLETE_WORDS_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds "complete-words -- WORD...", which no help shows: the words of a command line of `app` up to
// the cursor, the last of them as far as it is typed. It prints CompletionToText
// (client/cli/manual/completion.h) of what can stand there, says nothing on standard error, and
// succeeds whatever the words are. `exit_code` must outlive the parsing.
void AddCompleteWordsCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_COMPLETE_WORDS_COMMAND_H_
