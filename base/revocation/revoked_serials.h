// The serial numbers of revoked certificates, in memory: of the CA and of those who verify.
#ifndef FLEETCA_BASE_REVOCATION_REVOKED_SERIALS_H_
#define FLEETCA_BASE_REVOCATION_REVOKED_SERIALS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca {

// When a certificate was revoked, and why.
struct RevokedSince {
  absl::Time revoked_at;  // to the second, from 1970 to 2106
  uint8_t reason = 0;     // the number of a CRLReason (RFC 5280 5.3.1)

  friend bool operator==(const RevokedSince&, const RevokedSince&) = default;
};

// A look-up is asked of every call and of every certificate, so it takes a fraction of a
// microsecond however many there are. Each takes 29 octets where the tables are full and 57 where
// they have just grown; a million take 33. Thread-safe.
class RevokedSerials {
 public:
  RevokedSerials() = default;
  RevokedSerials(const RevokedSerials&) = delete;
  RevokedSerials& operator=(const RevokedSerials&) = delete;

  // One that is there already takes the date and the reason over. `serial` has 20 octets; others
  // are passed over, as no certificate of this CA has one.
  void Add(absl::string_view serial, const RevokedSince& since);

  [[nodiscard]] std::optional<RevokedSince> Find(absl::string_view serial) const;

  // Takes what `other` has in place of what is here, and leaves the latter there. A look-up here
  // meanwhile finds what either of the two says of its serial number; nobody else uses `other`.
  void Swap(RevokedSerials& other);

  // Forgets those that are below `lowest`, which has expired (x509::SerialLowerBound), and returns
  // how many they were.
  size_t ForgetBelow(absl::string_view lowest);

  size_t size() const;

 private:
  static constexpr size_t kSerialSize = 20;
  // A table doubles when it is seven eighths full. With this many a million fill theirs well.
  static constexpr size_t kParts = 40;

  using Serial = std::array<char, kSerialSize>;
  // Octets, so that nothing is lost to alignment: four of the second, one of the reason.
  using Packed = std::array<uint8_t, 5>;
  using Table = absl::flat_hash_map<Serial, Packed>;
  struct Part {
    mutable absl::Mutex mutex;
    Table serials ABSL_GUARDED_BY(mutex);
  };

  // By the last octet, which is random.
  static size_t PartOf(absl::string_view serial) {
    return static_cast<uint8_t>(serial.back()) % kParts;
  }

  std::array<Part, kParts> parts_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_REVOCATION_REVOKED_SERIALS_H_
