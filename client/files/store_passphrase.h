// The passphrase of PKCS#12 files.
#ifndef FLEETCA_CLIENT_FILES_STORE_PASSPHRASE_H_
#define FLEETCA_CLIENT_FILES_STORE_PASSPHRASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace fleetca::client {

// The first line of the file, without its end: 1 to 128 printable characters of ASCII, as programs
// differ in what octets they make of others. FAILED_PRECONDITION kPassphraseInvalid; the errors of
// ReadSecretFile (base/file.h). Thread-safe.
absl::StatusOr<SecretBytes> ReadStorePassphrase(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_STORE_PASSPHRASE_H_
