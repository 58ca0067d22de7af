// The private keys that a command reads and writes.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEY_FILE_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEY_FILE_H_

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/objects/private_key_reader.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {

// The key in the file, "-" for standard input; the passphrase comes from the flag or is asked for.
// Says so where the key is in the clear and others may read the file. The errors of
// ReadWithTimeout, ReadPrivateKey and ReadPassphrase, with the path.
absl::StatusOr<ReadKey> ReadKeyFile(const std::string& path, const PassphraseFlag& passphrase);

// How a key is to be written.
struct KeyOutput {
  std::string file;  // "-" is standard output
  bool force = false;
  std::string derivation;  // "scrypt" or "pbkdf2"; empty, which is scrypt, where --kdf is not given
};

// Adds the positional argument FILE.
void AddKeyInput(CLI::App& command, std::string* file);
// Adds `name` with the names of the keys that fleetca makes.
CLI::Option* AddKeyTypeOption(CLI::App& command, const std::string& name,
                              const std::string& description, std::string* type);

// Adds --out, which is needed, and --force.
void AddKeyOutputFlags(CLI::App& command, KeyOutput* output);
// Adds --kdf.
void AddDerivationFlag(CLI::App& command, KeyOutput* output);

// A usage mistake where --out is standard output and so is the answer; "" where it is not.
std::string KeyOutputMistake(const KeyOutput& output, absl::string_view form);

// `flag` names it; for CheckOutputs, which is asked before anybody types a passphrase.
FlaggedOutput FlaggedKeyOutput(const KeyOutput& output, const std::string& flag = "--out");

// What WriteKey does with a passphrase, in words: "PBES2, scrypt, AES-256-CBC".
std::string EncryptionOf(const KeyOutput& output);

// Writes the key as PKCS#8, PEM, readable for its owner alone: encrypted with `passphrase`, or in
// the clear where there is none.
absl::Status WriteKey(const EVP_PKEY* key, const std::optional<SecretBytes>& passphrase,
                      const KeyOutput& output);

// Of a key that is written: "web.key", or "the new key" for "-".
std::string NameOfOutput(const KeyOutput& output);

// Says of a key that was written in the clear that it is; nothing of "-" and of "".
void SayInTheClear(const std::string& path);

// What a command that wrote a key says of it: to standard output as text or JSON; nothing where the
// key itself went there. `encryption` is empty for a key in the clear.
absl::Status AnswerWritten(const EVP_PKEY* key, const KeyOutput& output,
                           absl::string_view encryption, absl::string_view form);

// The same for programs: {"file", "type", "strength_bits", "sha256", "form", "encryption"}.
absl::StatusOr<nlohmann::ordered_json> KeyToJson(const EVP_PKEY* key, const std::string& file,
                                                 KeyForm form, absl::string_view encryption);
absl::StatusOr<std::string> KeyToText(const EVP_PKEY* key, KeyForm form,
                                      absl::string_view encryption);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEY_FILE_H_
