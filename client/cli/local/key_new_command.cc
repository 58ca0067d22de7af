#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/private_key.h"
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
The key is PKCS#8 in PEM, with mode 0600. Without --encrypt and --passphrase-file it is in the clear, as
servers that start by themselves want it. With --encrypt the passphrase is asked for twice at the
terminal, without being shown.

Examples:
  fleetca key new --out web.key
  fleetca key new --type ed25519 --out ed.key
  fleetca key new --type rsa3072 --passphrase-file passphrase --out rsa.key
  fleetca key new -o json --out other.key | jq -r .sha256
)help";

struct NewFlags {
  std::string type = "p256";
  bool encrypt = false;
  PassphraseFlag passphrase;
  KeyOutput output;
  std::string form = "text";
};

bool Encrypts(const NewFlags& flags) { return flags.encrypt || !flags.passphrase.file.empty(); }

std::string Mistake(const NewFlags& flags) {
  // Who says how a passphrase is used believes that there is one.
  return !flags.output.derivation.empty() && !Encrypts(flags)
             ? absl::StrCat("--kdf is for a key that is encrypted; give --encrypt or ",
                            flags.passphrase.name, " too")
             : KeyOutputMistake(flags.output, flags.form);
}

absl::Status RunNew(const NewFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(CheckOutputs({.outputs = {FlaggedKeyOutput(flags.output)},
                                        .inputs = {{flags.passphrase.name, flags.passphrase.file}}},
                                       NextStep::kMakeHere));
  std::optional<SecretBytes> passphrase;
  if (Encrypts(flags)) {
    FLEETCA_ASSIGN_OR_RETURN(passphrase,
                             ReadNewPassphrase(flags.passphrase, NameOfOutput(flags.output)));
  }
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(*ParseKeyType(flags.type)));
  FLEETCA_RETURN_IF_ERROR(WriteKey(key.get(), passphrase, flags.output));
  return AnswerWritten(key.get(), flags.output,
                       passphrase.has_value() ? EncryptionOf(flags.output) : "", flags.form);
}

}  // namespace

void AddKeyNewCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("new", "Make a private key");
  auto flags = std::make_shared<NewFlags>();
  AddKeyTypeOption(*command, "--type", "What key", &flags->type)->capture_default_str();
  command->add_flag("--encrypt", flags->encrypt, "Encrypt the key with a passphrase that is typed");
  AddPassphraseFlag(*command, "passphrase-file",
                    "Encrypt the key with the first line of this file; - is standard input",
                    &flags->passphrase);
  AddDerivationFlag(*command, &flags->output);
  AddKeyOutputFlags(*command, &flags->output);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = Mistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunNew(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
