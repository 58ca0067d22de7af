// RC2, RC4 and DES, which old files are encrypted by, for the one who reads such a file.
#ifndef FLEETCA_CLIENT_OBJECTS_LEGACY_ALGORITHMS_H_
#define FLEETCA_CLIENT_OBJECTS_LEGACY_ALGORITHMS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/openssl.h"

namespace fleetca::client {

// Whether OpenSSL has the cipher, or the encryption by a passphrase (PBES1 and the like of
// PKCS#12), in its legacy provider alone. Thread-safe, as the next.
bool IsLegacyCipher(int nid);
bool IsLegacyPbe(int nid);

// OpenSSL's legacy provider in a library context of its own, so that nothing else in the process
// can use these algorithms. Thread-compatible.
class LegacyAlgorithms {
 public:
  // FAILED_PRECONDITION kFileInvalid when this machine's OpenSSL comes without the provider.
  static absl::StatusOr<std::unique_ptr<LegacyAlgorithms>> Load();

  // Lives as long as this object.
  OSSL_LIB_CTX* library() const { return library_.get(); }

 private:
  LegacyAlgorithms() = default;

  OsslLibCtxPtr library_;
  OsslProviderPtr common_;
  OsslProviderPtr legacy_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_LEGACY_ALGORITHMS_H_
