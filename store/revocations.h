// Looking up revocations.
#ifndef FLEETCA_STORE_REVOCATIONS_H_
#define FLEETCA_STORE_REVOCATIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/revocation.h"
#include "store/revocation_feed.h"

namespace fleetca::store {

// Which revocations an iteration is over.
struct RevocationScope {
  std::string issuer;             // empty: of all issuers
  std::optional<uint16_t> shard;  // nullopt: all of the issuer, those without a shard too
};

// A reader of a store. Thread-safe.
class Revocations {
 public:
  virtual ~Revocations() = default;

  // NOT_FOUND kNotFound where the certificate is not revoked, or its revocation was dropped;
  // DATA_LOSS kStoreCorrupt when it does not read back. The same cost however many there are.
  virtual absl::StatusOr<Revocation> GetRevocation(absl::string_view serial) const = 0;

  // Revocations by ascending serial, from the first at or after `from` (empty: from the first on).
  // Sees them as they were at one instant, which lies within the call: who takes the time before
  // the call knows that what was revoked until then is among them. Returns the last sequence of
  // that instant. Takes memory for one at a time, and costs what lies in the scope; a whole issuer
  // costs what all issuers do. A shard needs an issuer.
  //
  // A visitor that takes long keeps a store whose disk failed from being opened again. It ends the
  // iteration, and calls again with the next serial.
  virtual absl::StatusOr<uint64_t> ForEachRevocation(const RevocationScope& scope,
                                                     absl::string_view from,
                                                     RevocationVisitor visitor) const = 0;

  // The changes after that sequence (0: all), at most `limit` of them.
  virtual absl::StatusOr<RevocationChanges> ReadRevocationFeed(uint64_t after,
                                                               size_t limit) const = 0;

  // The sequence of the last change of a write that returned; a look-up may be ahead of it. 0
  // before the first. Takes no look at the disk.
  virtual uint64_t last_sequence() const = 0;

  // How many revocations there are. Takes no look at the disk.
  virtual uint64_t revocation_count() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_REVOCATIONS_H_
