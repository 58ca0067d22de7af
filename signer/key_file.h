// CA keys in files: encrypted PKCS#8, with the passphrase from a file or a systemd credential.
#ifndef FLEETCA_SIGNER_KEY_FILE_H_
#define FLEETCA_SIGNER_KEY_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca::signer {

// Where the passphrase comes from; exactly one is set. Never argv, never the environment.
struct PassphraseSource {
  std::string file;  // a path; a byte order mark and one newline at the end are no part
  std::string systemd_credential;  // a name below $CREDENTIALS_DIRECTORY
};

// A private key: encrypted PKCS#8 in a file.
struct KeyFile {
  std::string path;
  PassphraseSource passphrase;
};

// kConfigInvalid when not exactly one source is set; kFileMissing, kFilePermissions as
// ReadSecretFile; kPassphraseInvalid when it is empty.
absl::StatusOr<SecretBytes> ReadPassphrase(const PassphraseSource& source);

// The private key in the file. An unencrypted key is refused, as is a file that others can read
// (kFilePermissions). kPassphraseInvalid when the passphrase is wrong.
absl::StatusOr<EvpPkeyPtr> ReadKeyFile(const KeyFile& file);

// Writes a new file of mode 0600; an existing one is never overwritten.
absl::Status WriteKeyFile(absl::string_view path, const EVP_PKEY* key,
                          const SecretBytes& passphrase);

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_KEY_FILE_H_
