#include "base/revocation/revoked_serials.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace fleetca {

void RevokedSerials::Add(absl::string_view serial, const RevokedSince& since) {
  if (serial.size() != kSerialSize) {
    return;
  }
  Serial key;
  std::memcpy(key.data(), serial.data(), kSerialSize);
  const int64_t most = std::numeric_limits<uint32_t>::max();
  const auto seconds =
      static_cast<uint32_t>(std::clamp<int64_t>(absl::ToUnixSeconds(since.revoked_at), 0, most));
  Packed packed;
  std::memcpy(packed.data(), &seconds, sizeof(seconds));
  packed[sizeof(seconds)] = since.reason;
  Part& part = parts_[PartOf(serial)];
  absl::MutexLock lock(&part.mutex);
  part.serials.insert_or_assign(key, packed);
}

std::optional<RevokedSince> RevokedSerials::Find(absl::string_view serial) const {
  if (serial.size() != kSerialSize) {
    return std::nullopt;
  }
  Serial key;
  std::memcpy(key.data(), serial.data(), kSerialSize);
  Packed packed;
  {
    const Part& part = parts_[PartOf(serial)];
    absl::ReaderMutexLock lock(&part.mutex);
    const auto found = part.serials.find(key);
    if (found == part.serials.end()) {
      return std::nullopt;
    }
    packed = found->second;
  }
  uint32_t seconds = 0;
  std::memcpy(&seconds, packed.data(), sizeof(seconds));
  return RevokedSince{absl::FromUnixSeconds(seconds), packed[sizeof(seconds)]};
}

void RevokedSerials::Swap(RevokedSerials& other) {
  for (size_t i = 0; i < kParts; ++i) {
    Table moved;
    // One lock at a time: two would need an order.
    const auto swap_with_moved = [&moved](Part& part) {
      absl::MutexLock lock(&part.mutex);
      part.serials.swap(moved);
    };
    swap_with_moved(other.parts_[i]);
    swap_with_moved(parts_[i]);
    swap_with_moved(other.parts_[i]);
  }
}

size_t RevokedSerials::ForgetBelow(absl::string_view lowest) {
  size_t forgotten = 0;
  for (Part& part : parts_) {
    absl::MutexLock lock(&part.mutex);
    forgotten += absl::erase_if(part.serials, [lowest](const auto& entry) {
      return absl::string_view(entry.first.data(), entry.first.size()) < lowest;
    });
  }
  return forgotten;
}

size_t RevokedSerials::size() const {
  size_t count = 0;
  for (const Part& part : parts_) {
    absl::ReaderMutexLock lock(&part.mutex);
    count += part.serials.size();
  }
  return count;
}

}  // namespace fleetca
