// A key with its certificates from a PKCS#12 file into a store of this host, and out again.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/trust_stores/trust_store.h"

namespace fleetca::client {

// Whether the file is a keystore (base/key_holder.h), and so none of a root.
[[nodiscard]] bool IsKeystore(const std::string& path);

// What was done, or in a dry run would be.
struct KeystoreChange {
  std::string sha256;               // of the key's certificate
  std::vector<std::string> places;  // under which it is, or was, in the store
  bool changed = false;
  // What stays of a keystore that is taken out, each as a sentence.
  std::vector<std::string> stays;
};

// Puts the file's key with its certificates into the store, under `name`, or where that is empty
// under the file's own name for it, or that of the file. A key that is there already stays as it
// is. The errors of ReadPassphrase, ReadPkcs12, SelectFrom and the store; kFileInvalid where the
// file holds no key with a certificate, and where the store is for roots.
absl::StatusOr<KeystoreChange> InstallKeystore(TrustStore& store, const std::string& path,
                                               const std::string& name,
                                               const PassphraseFlag& passphrase, bool dry_run);

// Takes the key of the file and its certificate out again. Its issuers stay, as other certificates
// may need them. Errors are those of InstallKeystore.
absl::StatusOr<KeystoreChange> UninstallKeystore(TrustStore& store, const std::string& path,
                                                 const PassphraseFlag& passphrase, bool dry_run);

// FAILED_PRECONDITION kFileInvalid where the store holds the key of the certificate with this
// SHA-256 (hex), which may be the only copy of it: whoever uninstalls by the certificate alone is
// told by what the key goes.
absl::Status CheckHoldsNoKeyOf(TrustStore& store, absl::string_view sha256);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEYSTORE_INSTALL_H_
