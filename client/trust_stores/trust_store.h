// A store in which a host's programs keep the certificates that they trust.
#ifndef FLEETCA_CLIENT_TRUST_STORES_TRUST_STORE_H_
#define FLEETCA_CLIENT_TRUST_STORES_TRUST_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

struct TrustStoreEntry {
  // A file, an alias or a nickname: by what the store tells its entries apart.
  std::string place;
  std::string der;
};

// Thread-compatible. Errors of every function: FAILED_PRECONDITION kFileMissing where the store's
// program is not on this machine, with the package that has it; kFilePermissions where this user
// may not; kFileInvalid with what the program said, where it failed.
class TrustStore {
 public:
  virtual ~TrustStore() = default;

  // "Debian's store /usr/local/share/ca-certificates".
  virtual std::string Description() const = 0;
  // Whether it is there already; one that Add makes is not before.
  virtual bool IsThere() const { return true; }
  // The certificates that are trusted in it by what people put there, each as an entry of its own.
  virtual absl::StatusOr<std::vector<TrustStoreEntry>> Entries() = 0;
  // Where Add puts a certificate of this SHA-256 (hex) that people know by `name`.
  virtual std::string PlaceFor(absl::string_view name, absl::string_view sha256) const = 0;
  // Either all of it is done or none.
  virtual absl::Status Add(const TrustStoreEntry& entry) = 0;
  // Whether it holds keys as well, by which programs show who they are.
  virtual bool HoldsKeys() const { return false; }
  // Puts in a key with its certificates, PKCS#12 with that passphrase: all or nothing.
  // FAILED_PRECONDITION kFileInvalid where it takes none.
  virtual absl::Status AddKeystore(absl::string_view pkcs12, absl::string_view passphrase);
  // The certificates whose keys it holds, each as an entry of its own.
  virtual absl::StatusOr<std::vector<TrustStoreEntry>> KeyEntries();
  // The certificates that are neither trusted nor have a key: issuers that came with a key.
  virtual absl::StatusOr<std::vector<TrustStoreEntry>> IssuerEntries();
  // An entry of KeyEntries(), with its key; no other is touched. FAILED_PRECONDITION kFileInvalid
  // where the store cannot tell it from another.
  virtual absl::Status RemoveWithKey(const TrustStoreEntry& entry);
  // For a sentence: by which command of the store's own program people take the entry out, with its
  // key or without.
  virtual std::string CommandToRemove(const TrustStoreEntry& entry, bool with_key) const;
  // An entry of Entries(); no other is touched.
  virtual absl::Status Remove(const TrustStoreEntry& entry) = 0;
};

// FAILED_PRECONDITION kFileMissing where there is no store from which anything could be taken out:
// who mistypes the path must not believe that the root is gone.
absl::Status CheckIsThere(const TrustStore& store);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_TRUST_STORE_H_
