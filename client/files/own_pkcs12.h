// What a PKCS#12 file holds that this program wrote for itself.
#ifndef FLEETCA_CLIENT_FILES_OWN_PKCS12_H_
#define FLEETCA_CLIENT_FILES_OWN_PKCS12_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca::client {

struct Pkcs12Contents {
  // The public key of the key's entry, SubjectPublicKeyInfo; "" where there is none.
  std::string key_spki;
  std::vector<std::string> certificates_der;
  // Of certificates_der, those that Java trusts.
  size_t trusted = 0;
};

// What one of our own files holds; nullopt for any other: with another passphrase, other algorithms
// or numbers of iterations, or more octets than we write. Who may write to the file can make this
// cost no more than some times what writing one costs. Thread-safe.
[[nodiscard]] std::optional<Pkcs12Contents> ReadOwnPkcs12(absl::string_view octets,
                                                          const SecretBytes& passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_OWN_PKCS12_H_
