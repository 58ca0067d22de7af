#include "client/cli/complete_words_command.h"

#include <memory>
#include <string>
#include <vector>

#include "base/exit_status.h"
#include "base/standard_output.h"
#include "client/cli/live_words.h"
#include "client/cli/manual/completion.h"

namespace fleetca::client {

void AddCompleteWordsCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("complete-words", "What can stand at the cursor");
  command->group("");
  auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("words", *words, "The words up to the cursor")->type_name("WORD");
  command->callback([words, &app, exit_code] {
    // A shell that has gone needs no answer, nor why it did not get one.
    WriteStandardOutput(CompletionToText(Complete(app, *words, LiveWords))).IgnoreError();
    *exit_code = kExitOk;
  });
}

}  // namespace fleetca::client
