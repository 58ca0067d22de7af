#include <memory>
#include <optional>
#include <string>

#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/cli/local/key_commands.h"
#include "client/cli/local/key_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Takes a key in any form, PKCS#8, PKCS#1 or SEC1, PEM or DER, in the clear or encrypted, and writes it as
encrypted PKCS#8. Of a key that is encrypted this changes the passphrase: the old one is asked for first,
and then the new one twice. With --force the new file may take the place of the old one.

Examples:
  fleetca key new --out api.key
  fleetca key encrypt api.key --new-passphrase-file passphrase --out locked.key
  fleetca key encrypt locked.key --passphrase-file passphrase --new-passphrase-file passphrase2 \
    --out locked.key --force
  fleetca key encrypt api.key --new-passphrase-file passphrase --kdf pbkdf2 --out for-java.key
)help";

struct EncryptFlags {
  std::string file;
  PassphraseFlag passphrase;
  PassphraseFlag new_passphrase;
  KeyOutput output;
  std::string form = "text";
};

std::string Mistake(const EncryptFlags& flags) {
  const std::string mistake =
      StandardInputMistake({{"FILE", flags.file},
                            {flags.passphrase.name, flags.passphrase.file},
                            {flags.new_passphrase.name, flags.new_passphrase.file}});
  return mistake.empty() ? KeyOutputMistake(flags.output, flags.form) : mistake;
}

absl::Status RunEncrypt(const EncryptFlags& flags) {
  // FILE may be replaced: so the passphrase of a key is changed.
  FLEETCA_RETURN_IF_ERROR(
      CheckOutputs({.outputs = {FlaggedKeyOutput(flags.output)},
                    .inputs = {{flags.passphrase.name, flags.passphrase.file},
                               {flags.new_passphrase.name, flags.new_passphrase.file}}},
                   NextStep::kMakeHere));
  FLEETCA_ASSIGN_OR_RETURN(const ReadKey read, ReadKeyFile(flags.file, flags.passphrase));
  FLEETCA_ASSIGN_OR_RETURN(std::optional<SecretBytes> passphrase,
                           ReadNewPassphrase(flags.new_passphrase, NameOfOutput(flags.output)));
  FLEETCA_RETURN_IF_ERROR(WriteKey(read.key.get(), passphrase, flags.output));
  return AnswerWritten(read.key.get(), flags.output, EncryptionOf(flags.output), flags.form);
}

}  // namespace

void AddKeyEncryptCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("encrypt", "Encrypt a private key, or change its passphrase");
  auto flags = std::make_shared<EncryptFlags>();
  AddKeyInput(*command, &flags->file);
  AddPassphraseFlag(*command, "passphrase-file",
                    "The passphrase that the key has, in the first line of this file",
                    &flags->passphrase);
  AddPassphraseFlag(*command, "new-passphrase-file",
                    "The passphrase that it gets, in the first line of this file",
                    &flags->new_passphrase);
  AddDerivationFlag(*command, &flags->output);
  AddKeyOutputFlags(*command, &flags->output);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = Mistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunEncrypt(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
