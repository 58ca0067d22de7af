// Where a command that certifies a key has it from: a file, or made for the occasion.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEY_SOURCE_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEY_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "base/openssl.h"
#include "base/secret.h"
#include "client/cli/local/key_file.h"
#include "client/cli/local/key_lock.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"

namespace fleetca::client {

struct KeySource {
  std::string key;  // a path, "-" for standard input; empty where the key is new
  PassphraseFlag passphrase;
  std::string new_key;  // as ParseKeyType has it; empty where the key is there
  KeyOutput output;     // of the new key
  KeyLock lock;         // of the new key
};

// The key, and what a new one is to be encrypted with.
struct SourcedKey {
  EvpPkeyPtr key;
  std::optional<SecretBytes> passphrase;
};

// Adds --key and --new-key, of which one is needed, --passphrase-file, --key-out and the flags of
// KeyLock. *source must outlive the parsing.
void AddKeySourceFlags(CLI::App& command, KeySource* source);

// A usage mistake in them beside the --out and the -o of the command, for ReportUsageError; ""
// where there is none.
std::string KeySourceMistake(const KeySource& source, const OutputFlags& output);

// The files that they read, for CheckOutputs.
std::vector<FlaggedFile> KeySourceInputs(const KeySource& source);

// The key: read, or made after the passphrase was asked for. It is not written yet.
absl::StatusOr<SourcedKey> TakeKey(const KeySource& source);

// Writes a new key to --key-out; does nothing with one that was there.
absl::Status WriteNewKey(const KeySource& source, const SourcedKey& key);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEY_SOURCE_H_
