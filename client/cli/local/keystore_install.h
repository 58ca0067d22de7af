// A key with its certificates on its way from a PKCS#12 file into a store of this host.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/cli/terminal/passphrase_flag.h"

namespace fleetca::client {

// Whether the file is a keystore (base/key_holder.h), and so none of a root.
[[nodiscard]] bool IsKeystore(const std::string& path);

struct StoreReadyKeystore {
  SecretBytes pkcs12;      // of today's form, whatever the file was of
  SecretBytes passphrase;  // its own
  std::string name;        // under which programs show it
  std::string sha256;      // of the certificate
};

// What is in the file, for a store, under `name`, or where that is empty the file's own name for
// it, or that of the file. The errors of ReadPassphrase, ReadPkcs12 and SelectFrom; kFileInvalid
// where it holds no key with a certificate.
absl::StatusOr<StoreReadyKeystore> ReadForStore(const std::string& path, const std::string& name,
                                                const PassphraseFlag& passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_
