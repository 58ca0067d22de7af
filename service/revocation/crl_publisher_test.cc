#include "service/revocation/crl_publisher.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

constexpr char kUrl[] = "http://pki.fleet.example/crl/issuing";

class CrlPublisherTest : public ::testing::Test {
 protected:
  std::unique_ptr<CrlPublisher> Make(CrlPublisherOptions options = {}) {
    options.shards = ca_.shards;
    options.base_url = options.base_url.empty() ? kUrl : options.base_url;
    auto publisher = CrlPublisher::Create(ca_.issuer(), options, ca_.store, ca_.clock_rule);
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    return *std::move(publisher);
  }

  static int LookAll(CrlPublisher& publisher) {
    int looks = 1;
    while (publisher.Look()) {
      ++looks;
    }
    return looks;
  }

  // Never null.
  static std::shared_ptr<const PublishedCrl> Get(const CrlPublisher& publisher,
                                                 std::optional<uint16_t> shard) {
    const auto crl = publisher.Find(shard);
    EXPECT_TRUE(crl.ok()) << crl.status();
    return crl.ok() ? *crl : std::make_shared<const PublishedCrl>();
  }

  static std::set<std::string> Serials(const PublishedCrl& published) {
    std::set<std::string> serials;
    const auto crl = x509::ParseCrl(published.der);
    EXPECT_TRUE(crl.ok()) << crl.status();
    for (const x509::CrlEntry& entry : crl->entries) {
      serials.emplace(entry.serial);
    }
    EXPECT_EQ(serials.size(), published.entries);
    return serials;
  }

  RevokingCa ca_{4};
};

TEST_F(CrlPublisherTest, IsNotReadyBeforeTheFirstLook) {
  const auto publisher = Make();
  EXPECT_THAT(publisher->Find(0).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_THAT(publisher->Find(std::nullopt).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_THAT(publisher->status(), IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_EQ(publisher->signed_crls(), 0u);
  LookAll(*publisher);
  FLEETCA_EXPECT_OK(publisher->status());
  EXPECT_EQ(publisher->signed_crls(), ca_.shards + 1u);
  EXPECT_THAT(publisher->Find(4).status(), IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(CrlPublisherTest, EachShardListsItsOwnAndTheCompleteOneAll) {
  ca_.IssueRevoked(50);
  const std::string good = ca_.Issue();
  const auto publisher = Make();
  LookAll(*publisher);
  std::set<std::string> all;
  for (uint16_t shard = 0; shard < ca_.shards; ++shard) {
    const auto published = Get(*publisher, shard);
    const auto crl = x509::ParseCrl(published->der);
    ASSERT_TRUE(crl.ok()) << crl.status();
    FLEETCA_EXPECT_OK(x509::VerifyCrl(*crl, ca_.certificate, ca_.clock.Now()));
    EXPECT_EQ(crl->distribution_point, CrlShardUrl(kUrl, shard));
    EXPECT_TRUE(crl->only_contains_user_certs);
    EXPECT_EQ(crl->this_update, x509::kTestNow);
    EXPECT_EQ(crl->next_update, x509::kTestNow + absl::Hours(24));
    EXPECT_EQ(published->next_update, crl->next_update);
    EXPECT_EQ(published->sha256.size(), 64u);
    for (const std::string& serial : Serials(*published)) {
      EXPECT_EQ(CrlShardOf(serial, ca_.shards), shard);
      EXPECT_TRUE(all.insert(serial).second);
    }
  }
  EXPECT_EQ(all.size(), 50u);
  EXPECT_FALSE(all.contains(good));
  const auto complete = Get(*publisher, std::nullopt);
  const auto crl = x509::ParseCrl(complete->der);
  ASSERT_TRUE(crl.ok());
  EXPECT_EQ(crl->distribution_point, "");
  EXPECT_FALSE(crl->only_contains_user_certs);
  EXPECT_EQ(Serials(*complete), all);
}

TEST_F(CrlPublisherTest, ARevocationIsThereWithinTheDelayAndCostsItsShardAlone) {
  const auto publisher = Make();
  LookAll(*publisher);
  const std::string serial = ca_.Issue();
  const uint16_t shard = CrlShardOf(serial, ca_.shards);
  const uint16_t other = static_cast<uint16_t>((shard + 1) % ca_.shards);
  const auto before = Get(*publisher, shard);
  const auto other_before = Get(*publisher, other);
  ca_.Advance(absl::Seconds(5));
  ca_.Revoke(serial, store::RevocationReason::kKeyCompromise);
  LookAll(*publisher);
  ca_.Advance(absl::Seconds(40));
  LookAll(*publisher);
  EXPECT_EQ(Get(*publisher, shard), before);  // others may be revoked meanwhile
  ca_.Advance(absl::Seconds(19));
  LookAll(*publisher);
  const auto after = Get(*publisher, shard);
  EXPECT_GT(after->number, before->number);
  EXPECT_EQ(after->this_update, x509::kTestNow + absl::Seconds(64));
  EXPECT_EQ(Serials(*after), std::set<std::string>{serial});
  EXPECT_EQ(Serials(*Get(*publisher, std::nullopt)), std::set<std::string>{serial});
  EXPECT_EQ(Get(*publisher, other), other_before);
  // Nothing more to do for it.
  ca_.Advance(absl::Minutes(5));
  LookAll(*publisher);
  EXPECT_EQ(Get(*publisher, shard), after);
  // The reason's upgrade is a change, too.
  const int signatures = ca_.signer.signatures;
  const std::string second = ca_.Issue();
  ca_.Revoke(second);
  LookAll(*publisher);
  ca_.Advance(absl::Minutes(1));
  LookAll(*publisher);
  ca_.Revoke(second, store::RevocationReason::kKeyCompromise);
  LookAll(*publisher);
  ca_.Advance(absl::Minutes(1));
  LookAll(*publisher);
  EXPECT_EQ(ca_.signer.signatures, signatures + 4);
}

TEST_F(CrlPublisherTest, IsMadeAnewAtHalfOfItsLife) {
  const auto publisher = Make();
  LookAll(*publisher);
  const auto first = Get(*publisher, 0);
  ca_.Advance(absl::Hours(12) - absl::Seconds(1));
  LookAll(*publisher);
  EXPECT_EQ(Get(*publisher, 0), first);
  ca_.Advance(absl::Seconds(1));
  LookAll(*publisher);
  EXPECT_EQ(Get(*publisher, 0)->this_update, x509::kTestNow + absl::Hours(12));
  EXPECT_EQ(Get(*publisher, std::nullopt)->this_update, x509::kTestNow + absl::Hours(12));
}

// Checklist 26; what a reader sees of it is in tests/integration/published_revocation_test.
TEST_F(CrlPublisherTest, AnExpiredEntryLeavesAfterItAppearedAsExpired) {
  const std::string serial = ca_.Issue(absl::Hours(2));
  const uint16_t shard = CrlShardOf(serial, ca_.shards);
  ca_.Revoke(serial);
  const auto publisher = Make();
  const auto is_there = [&] { return Serials(*Get(*publisher, shard)).contains(serial); };
  LookAll(*publisher);
  EXPECT_TRUE(is_there());
  // It ended 10 hours ago; no CRL from after its end had it yet.
  ca_.Advance(absl::Hours(12));
  LookAll(*publisher);
  EXPECT_TRUE(is_there());
  ca_.Advance(absl::Hours(12));
  LookAll(*publisher);
  EXPECT_FALSE(is_there());
  EXPECT_FALSE(Serials(*Get(*publisher, std::nullopt)).contains(serial));
  // One that is revoked after its end appears once.
  const std::string late = ca_.Issue(absl::Seconds(1));
  ca_.Advance(absl::Hours(30));
  LookAll(*publisher);
  ca_.Revoke(late);
  LookAll(*publisher);
  ca_.Advance(absl::Minutes(1));
  LookAll(*publisher);
  EXPECT_TRUE(Serials(*Get(*publisher, std::nullopt)).contains(late));
  ca_.Advance(absl::Hours(12));
  LookAll(*publisher);
  EXPECT_FALSE(Serials(*Get(*publisher, std::nullopt)).contains(late));
}

TEST_F(CrlPublisherTest, TheCompleteOneIsBounded) {
  ca_.IssueRevoked(3);
  const auto publisher = Make({.max_complete_entries = 3});
  LookAll(*publisher);
  EXPECT_EQ(Get(*publisher, std::nullopt)->entries, 3u);
  ca_.IssueRevoked(1);
  LookAll(*publisher);
  ca_.Advance(absl::Minutes(1));
  LookAll(*publisher);
  EXPECT_THAT(publisher->Find(std::nullopt).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kCrlTooLarge));
  FLEETCA_EXPECT_OK(publisher->status());
  FLEETCA_EXPECT_OK(publisher->Find(0).status());
  const auto without = Make({.max_complete_entries = 0});
  ca_.Advance(absl::Seconds(1));
  LookAll(*without);
  EXPECT_THAT(without->Find(std::nullopt).status(),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  FLEETCA_EXPECT_OK(without->status());
}

TEST_F(CrlPublisherTest, WhatTheLintRefusesIsNotSigned) {
  const auto publisher = Make({.base_url = "http://pki.fleet.example/\n"});
  LookAll(*publisher);
  EXPECT_THAT(publisher->Find(0).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_THAT(publisher->status(), IsError(absl::StatusCode::kInternal, Reason::kLintFailed));
  EXPECT_EQ(ca_.signer.signatures, 1);  // the complete one has no URL
}

TEST_F(CrlPublisherTest, TellsThatACrlHasEnded) {
  const auto publisher = Make();
  LookAll(*publisher);
  ca_.Advance(absl::Hours(24) + absl::Seconds(1));
  const absl::Status status = publisher->status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_TRUE(absl::StrContains(status.message(), "ended at 2026-06-02 12:00:00 UTC")) << status;
  LookAll(*publisher);
  FLEETCA_EXPECT_OK(publisher->status());
}

TEST_F(CrlPublisherTest, MistakesInOptionsAreSaid) {
  const auto refused = [this](auto change) {
    CrlPublisherOptions options = {.base_url = kUrl};
    change(options);
    const auto made = CrlPublisher::Create(ca_.issuer(), options, ca_.store, ca_.clock_rule);
    EXPECT_EQ(GetReason(made.status()), Reason::kConfigInvalid);
  };
  refused([](auto& options) { options.shards = 0; });
  refused([](auto& options) { options.shards = kMaxCrlShards + 1; });
  refused([](auto& options) { options.base_url = ""; });
  refused([](auto& options) { options.validity = absl::Minutes(9); });
  refused([](auto& options) { options.delay = absl::ZeroDuration(); });
  refused([](auto& options) { options.delay = absl::Hours(13); });
  refused([](auto& options) { options.batch = 0; });
}

TEST(CrlPublisherSizeTest, ManyRevokedInManyShardsAreMadeInBatches) {
  RevokingCa ca(128);
  ca.IssueRevoked(20000);
  const auto publisher = CrlPublisher::Create(
      ca.issuer(), {.shards = 128, .base_url = kUrl, .max_complete_entries = 10000, .batch = 16},
      ca.store, ca.clock_rule);
  ASSERT_TRUE(publisher.ok()) << publisher.status();
  int looks = 1;
  while ((*publisher)->Look()) {
    ++looks;
  }
  EXPECT_EQ(looks, 9);
  // The complete one is too large, so that the last batch has nothing to sign.
  EXPECT_EQ(ca.signer.batches, 8);
  size_t entries = 0;
  for (uint16_t shard = 0; shard < 128; ++shard) {
    const auto crl = (*publisher)->Find(shard);
    ASSERT_TRUE(crl.ok()) << crl.status();
    entries += (*crl)->entries;
  }
  EXPECT_EQ(entries, 20000u);
}

}  // namespace
}  // namespace fleetca::service
