#include "client/cli/local/key_lock.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace fleetca::client {

void AddKeyLockFlags(CLI::App& command, KeyLock* lock) {
  command.add_flag("--encrypt", lock->encrypt,
                   "Encrypt the new key with a passphrase that is typed");
  AddPassphraseFlag(command, "new-passphrase-file",
                    "Encrypt the new key with the first line of this file", &lock->passphrase);
}

std::string KeyLockMistake(const KeyLock& lock, bool makes_key, absl::string_view new_key_flag) {
  return makes_key || !lock.IsWanted()
             ? ""
             : absl::StrCat("--encrypt and ", lock.passphrase.name, " are for the key that ",
                            new_key_flag, " makes; 'fleetca key encrypt' is for one that is there");
}

absl::StatusOr<std::optional<SecretBytes>> ReadKeyLock(const KeyLock& lock,
                                                       absl::string_view what) {
  if (!lock.IsWanted()) {
    return std::nullopt;
  }
  FLEETCA_ASSIGN_OR_RETURN(SecretBytes passphrase, ReadNewPassphrase(lock.passphrase, what));
  return std::optional<SecretBytes>(std::move(passphrase));
}

}  // namespace fleetca::client
