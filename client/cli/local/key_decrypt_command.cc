#include <memory>
#include <optional>
#include <string>

#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/status_macros.h"
#include "client/cli/local/key_commands.h"
#include "client/cli/local/key_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Takes a key in any form, PKCS#8, PKCS#1 or SEC1, PEM or DER, encrypted or not, and writes it as PKCS#8 in
the clear, with mode 0600: what programs read that cannot ask for a passphrase.

Examples:
  fleetca key new --passphrase-file passphrase --out sealed.key
  fleetca key decrypt sealed.key --passphrase-file passphrase --out opened.key
  openssl ecparam -name prime256v1 -genkey -noout | fleetca key decrypt - --out pkcs8.key
)help";

struct DecryptFlags {
  std::string file;
  PassphraseFlag passphrase;
  KeyOutput output;
  std::string form = "text";
};

std::string Mistake(const DecryptFlags& flags) {
  const std::string mistake =
      StandardInputMistake({{"FILE", flags.file}, {flags.passphrase.name, flags.passphrase.file}});
  return mistake.empty() ? KeyOutputMistake(flags.output, flags.form) : mistake;
}

absl::Status RunDecrypt(const DecryptFlags& flags) {
  // FILE may be replaced: the new file holds the same key.
  FLEETCA_RETURN_IF_ERROR(CheckOutputs({.outputs = {FlaggedKeyOutput(flags.output)},
                                        .inputs = {{flags.passphrase.name, flags.passphrase.file}}},
                                       NextStep::kMakeHere));
  FLEETCA_ASSIGN_OR_RETURN(const ReadKey read, ReadKeyFile(flags.file, flags.passphrase));
  FLEETCA_RETURN_IF_ERROR(WriteKey(read.key.get(), std::nullopt, flags.output));
  SayInTheClear(flags.output.file);
  return AnswerWritten(read.key.get(), flags.output, "", flags.form);
}

}  // namespace

void AddKeyDecryptCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("decrypt", "Write a private key in the clear");
  auto flags = std::make_shared<DecryptFlags>();
  AddKeyInput(*command, &flags->file);
  AddPassphraseFlag(*command, "passphrase-file",
                    "The passphrase of the key, in the first line of this file",
                    &flags->passphrase);
  AddKeyOutputFlags(*command, &flags->output);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = Mistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunDecrypt(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
