// A key and its certificates as the files that programs read.
#ifndef FLEETCA_CLIENT_FILES_CREDENTIAL_FILES_H_
#define FLEETCA_CLIENT_FILES_CREDENTIAL_FILES_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

struct Credential {
  // In the clear, as DecodePrivateKey reads it (base/private_key.h).
  SecretBytes private_key_pem;
  std::string certificate_der;
  // Nearest issuer first, without the root.
  std::vector<std::string> chain_der;
  // Whom the host trusts. At least one where there is a trust bundle.
  std::vector<std::string> roots_der;
};

// Which files there are, by their names; "" where one is not wanted.
struct CredentialFileOptions {
  // The key as PKCS#8, the certificate, its chain: what is read in one go fits together, whatever
  // happens meanwhile. Kubernetes writes the same (credentialBundlePath).
  std::string credential_bundle = "credential-bundle.pem";
  // The same in two files, for programs that want two: the key, and the certificate with its chain.
  std::string private_key;
  std::string certificate;
  // As the bundle, with the key at the end, where programs look for a certificate first (HAProxy).
  std::string combined;
  // The roots.
  std::string trust_bundle = "trust-bundle.pem";
  // Of files that have the key: 0600, or 0640 to lend it to a group.
  mode_t secret_mode = 0600;
  mode_t public_mode = 0644;
};

// The files, for FileGenerations::Put. INVALID_ARGUMENT kConfigInvalid when no file is wanted, or
// others than owner and group could read the key; FAILED_PRECONDITION kFileInvalid when the key is
// not the certificate's, or a trust bundle would be empty; the errors of DecodePrivateKey and
// x509::ParseCertificate. Thread-safe.
absl::StatusOr<std::vector<PlacedFile>> MakeCredentialFiles(const Credential& credential,
                                                            const CredentialFileOptions& options);

// The key, where it has one, and the certificates of a file that MakeCredentialFiles made: a
// credential without roots. INVALID_ARGUMENT kFileInvalid where it holds no certificate, or one
// that is damaged. Thread-safe.
absl::StatusOr<Credential> ParseCredentialFile(absl::string_view contents);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_CREDENTIAL_FILES_H_
