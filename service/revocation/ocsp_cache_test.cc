#include "service/revocation/ocsp_cache.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using x509::CertIdHash;

class OcspCacheTest : public ::testing::Test {
 protected:
  std::shared_ptr<const OcspReply> Reply() {
    return std::make_shared<const OcspReply>(
        OcspReply{.der = "answer",
                  .status = x509::OcspResponseStatus::kSuccessful,
                  .this_update = ca_.clock.Now(),
                  .next_update = ca_.clock.Now() + absl::Hours(8),
                  .refresh_at = ca_.clock.Now() + absl::Hours(4),
                  .cacheable = true});
  }
  void Insert(OcspCache& cache, const OcspCacheKey& key) {
    cache.Insert(key, ca_.store.last_sequence(), Reply());
  }
  bool Has(OcspCache& cache, const OcspCacheKey& key) {
    return cache.Find(key, ca_.clock.Now()) != nullptr;
  }

  RevokingCa ca_{1};
};

TEST_F(OcspCacheTest, TellsIssuersHashesAndSerialsApart) {
  OcspCache cache(ca_.store, 2, 100);
  Insert(cache, {0, CertIdHash::kSha1, "serial"});
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "serial"}));
  EXPECT_FALSE(Has(cache, {1, CertIdHash::kSha1, "serial"}));
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha256, "serial"}));
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha1, "serial2"}));
}

TEST_F(OcspCacheTest, GivesNothingOutThatIsToBeRenewed) {
  OcspCache cache(ca_.store, 1, 100);
  Insert(cache, {0, CertIdHash::kSha1, "a"});
  ca_.clock.Advance(absl::Hours(4) - absl::Seconds(1));
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "a"}));
  ca_.clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha1, "a"}));
  // Nor what is of the future, after the clock was set back.
  Insert(cache, {0, CertIdHash::kSha1, "a"});
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "a"}));
  EXPECT_EQ(cache.size(), 1u);
  ca_.clock.Advance(-absl::Seconds(1));
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha1, "a"}));
}

TEST_F(OcspCacheTest, ForgetsWhatNobodyAskedForTheLongest) {
  OcspCache cache(ca_.store, 1, 3);
  for (const char* serial : {"a", "b", "c"}) {
    Insert(cache, {0, CertIdHash::kSha1, serial});
  }
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "a"}));
  Insert(cache, {0, CertIdHash::kSha1, "d"});
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "a"}));
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha1, "b"}));
  EXPECT_TRUE(Has(cache, {0, CertIdHash::kSha1, "c"}));
}

TEST_F(OcspCacheTest, ARevocationTakesItsAnswersOutAndNoOthers) {
  OcspCache cache(ca_.store, 2, 100);
  const std::string revoked = ca_.Issue();
  const std::string other = ca_.Issue();
  for (const CertIdHash hash : {CertIdHash::kSha1, CertIdHash::kSha256}) {
    Insert(cache, {1, hash, revoked});
    Insert(cache, {1, hash, other});
  }
  ca_.Revoke(revoked);
  FLEETCA_ASSERT_OK(cache.CatchUp());
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_FALSE(Has(cache, {1, CertIdHash::kSha1, revoked}));
  EXPECT_TRUE(Has(cache, {1, CertIdHash::kSha1, other}));
}

TEST_F(OcspCacheTest, AnAnswerThatARevocationOvertookIsNotKept) {
  OcspCache cache(ca_.store, 1, 100);
  const std::string serial = ca_.Issue();
  const uint64_t looked_up_at = ca_.store.last_sequence();
  ca_.Revoke(serial);
  FLEETCA_ASSERT_OK(cache.CatchUp());
  cache.Insert({0, CertIdHash::kSha1, serial}, looked_up_at, Reply());
  EXPECT_FALSE(Has(cache, {0, CertIdHash::kSha1, serial}));
}

TEST_F(OcspCacheTest, ManyRevocationsEmptyIt) {
  OcspCache cache(ca_.store, 1, 100);
  const std::string serial = ca_.Issue();
  Insert(cache, {0, CertIdHash::kSha1, serial});
  ca_.IssueRevoked(1500);
  ca_.Revoke(serial);
  FLEETCA_ASSERT_OK(cache.CatchUp());
  EXPECT_EQ(cache.size(), 0u);
  Insert(cache, {0, CertIdHash::kSha1, "b"});
  EXPECT_EQ(cache.size(), 1u);
}

}  // namespace
}  // namespace fleetca::service
