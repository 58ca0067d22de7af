// The flags by which a command that makes a key encrypts it with a passphrase.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEY_LOCK_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEY_LOCK_H_

#include <optional>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "client/cli/terminal/passphrase_flag.h"

namespace fleetca::client {

struct KeyLock {
  bool encrypt = false;
  PassphraseFlag passphrase;

  bool IsWanted() const { return encrypt || !passphrase.file.empty(); }
};

// Adds --encrypt and --new-passphrase-file. *lock must outlive the parsing.
void AddKeyLockFlags(CLI::App& command, KeyLock* lock);

// A usage mistake where they are given and no key is made; "" where they fit. `new_key_flag` is
// what makes one, such as "--new-key".
std::string KeyLockMistake(const KeyLock& lock, bool makes_key, absl::string_view new_key_flag);

// The passphrase of the key that is to be `what`, such as "web.key"; nullopt where none is wanted.
// The errors of ReadNewPassphrase.
absl::StatusOr<std::optional<SecretBytes>> ReadKeyLock(const KeyLock& lock, absl::string_view what);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEY_LOCK_H_
