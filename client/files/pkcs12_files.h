// A key, its certificates and whom the host trusts as PKCS#12, as Java reads them.
#ifndef FLEETCA_CLIENT_FILES_PKCS12_FILES_H_
#define FLEETCA_CLIENT_FILES_PKCS12_FILES_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/files/credential_files.h"
#include "client/files/file_generations.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// Which files there are, by their names; "" where one is not wanted.
struct Pkcs12FileOptions {
  // The key, the certificate and its chain, under the alias "fleetca".
  std::string keystore;
  // The roots, each as a trusted certificate.
  std::string truststore;
  mode_t secret_mode = 0600;
  mode_t public_mode = 0644;
};

// The files, for FileGenerations::Put beside those of MakeCredentialFiles. The salts of PKCS#12 are
// random, so a file in force in `place` that holds the same by the same passphrase is taken as it
// is: files that say the same stay the same. FAILED_PRECONDITION kFileInvalid when the key is not
// the certificate's, or a truststore would be empty; the errors of DecodePrivateKey; INTERNAL
// kInternal. As thread-safe as `place`.
absl::StatusOr<std::vector<PlacedFile>> MakePkcs12Files(const Credential& credential,
                                                        const Pkcs12FileOptions& options,
                                                        const SecretBytes& passphrase,
                                                        const FileGenerations& place);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_PKCS12_FILES_H_
