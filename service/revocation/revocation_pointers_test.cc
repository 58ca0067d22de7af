#include "service/revocation/revocation_pointers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

// The HTTP port answers at these paths, and certificates that are out name them.
TEST(RevocationPointersTest, TheUrlsArePinned) {
  const std::string key_id("\x0a\x1b\xff", 3);
  for (const char* base_url : {"http://ca.fleet.example", "http://ca.fleet.example/"}) {
    const RevocationPointers pointers{.base_url = base_url};
    EXPECT_EQ(pointers.crl_shards, 128);
    EXPECT_EQ(pointers.CrlShardsUrl(key_id), "http://ca.fleet.example/crl/0a1bff");
    EXPECT_EQ(CrlShardUrl(pointers.CrlShardsUrl(key_id), 5),
              "http://ca.fleet.example/crl/0a1bff/5.crl");
    EXPECT_EQ(pointers.CompleteCrlUrl(key_id), "http://ca.fleet.example/crl/0a1bff.crl");
    EXPECT_EQ(pointers.RootCrlUrl(), "http://ca.fleet.example/crl/root.crl");
    EXPECT_EQ(pointers.OcspUrl(), "http://ca.fleet.example/ocsp");
    EXPECT_EQ(pointers.CaIssuersUrl(key_id), "http://ca.fleet.example/aia/0a1bff.cer");
  }
}

// Certificates of one moment and one expiry, as a batch has them, are spread evenly all the same.
TEST(RevocationPointersTest, SerialsOfOneMomentAreSpreadOverTheShards) {
  constexpr int kShards = 100;
  constexpr int kPerShard = 400;
  const absl::Time now = absl::FromUnixSeconds(1'780'315'200);
  std::vector<int> counts(kShards);
  for (int i = 0; i < kShards * kPerShard; ++i) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber serial,
                                 x509::SerialNumber::Create(now + absl::Hours(24), 7, now));
    ++counts[CrlShardOf(serial.bytes(), kShards)];
  }
  // Ten standard deviations of 20.
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), kPerShard - 200);
  EXPECT_LT(*std::max_element(counts.begin(), counts.end()), kPerShard + 200);
}

}  // namespace
}  // namespace fleetca::service
