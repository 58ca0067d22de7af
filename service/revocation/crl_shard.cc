#include "service/revocation/crl_shard.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::service {

uint16_t CrlShardOf(absl::string_view serial, uint16_t shards) {
  const uint8_t high = static_cast<uint8_t>(serial[serial.size() - 2]);
  const uint8_t low = static_cast<uint8_t>(serial[serial.size() - 1]);
  return static_cast<uint16_t>((high << 8 | low) % shards);
}

std::string CrlShardUrl(absl::string_view base_url, uint16_t shard) {
  return absl::StrCat(absl::StripSuffix(base_url, "/"), "/", shard, ".crl");
}

}  // namespace fleetca::service
