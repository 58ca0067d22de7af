#include "service/revocation/known_revocations.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/revocation/revocation_reason.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

constexpr char kIdentity[] = "spiffe://a/svc/b";
const auto kIsUnknown = IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown);

std::string HashOf(absl::string_view key) {
  const std::array<char, 32> digest = Sha256(key);
  return std::string(digest.data(), digest.size());
}

TEST(KnownRevocationsTest, Checklist28_UntilAllIsKnownNobodyIsBelieved) {
  KnownRevocations known;
  EXPECT_THAT(known.CheckCertificate("serial"), kIsUnknown);
  EXPECT_THAT(known.CheckIdentity(kIdentity), kIsUnknown);
  EXPECT_THAT(known.CheckKey("key"), kIsUnknown);
  EXPECT_FALSE(known.AwaitComplete(absl::ZeroDuration()));
  known.SetComplete(7);
  EXPECT_TRUE(known.AwaitComplete(absl::ZeroDuration()));
  EXPECT_EQ(known.sequence(), 7u);
  FLEETCA_EXPECT_OK(known.CheckCertificate("serial"));
  FLEETCA_EXPECT_OK(known.CheckIdentity(kIdentity));
  FLEETCA_EXPECT_OK(known.CheckKey("key"));
  known.SetIncomplete();
  EXPECT_THAT(known.CheckCertificate("serial"), kIsUnknown);
}

TEST(KnownRevocationsTest, ARevokedCertificateIsRefusedWithDateAndReason) {
  KnownRevocations known;
  const store::Revocation revocation = store::RevocationOf(store::TestIssuedRecord(1));
  known.Apply(revocation);
  // Also before the rest is known.
  EXPECT_THAT(known.CheckCertificate(revocation.serial),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
  known.SetComplete(1);
  const absl::Status status = known.CheckCertificate(revocation.serial);
  EXPECT_THAT(status, IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
  EXPECT_THAT(std::string(status.message()), HasSubstr("superseded"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("fleetca ca renew-admin"));
  EXPECT_EQ(known.counts().refused_revoked, 2u);
  EXPECT_EQ(known.counts().revoked, 1u);
}

TEST(KnownRevocationsTest, BlocksComeAndGo) {
  KnownRevocations known;
  known.SetComplete(1);
  known.Apply(store::TestBlock(store::BlockKind::kIdentity, kIdentity));
  EXPECT_THAT(known.CheckIdentity(kIdentity),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kIdentityBlocked));
  FLEETCA_EXPECT_OK(known.CheckIdentity("spiffe://a/svc/c"));
  known.Apply(store::TestUnblock({store::BlockKind::kIdentity, kIdentity}));
  FLEETCA_EXPECT_OK(known.CheckIdentity(kIdentity));
  known.Apply(store::TestBlock(store::BlockKind::kLineage, "line"));
  EXPECT_TRUE(known.IsBlocked(store::BlockKind::kLineage, "line"));
  EXPECT_EQ(known.counts().blocked, 1u);
  EXPECT_EQ(known.counts().refused_blocked, 1u);
}

TEST(KnownRevocationsTest, Checklist12_ABlockedKeyIsRefusedByItsHash) {
  KnownRevocations known;
  known.SetComplete(1);
  known.Apply(store::TestBlock(store::BlockKind::kKey, HashOf("key")));
  EXPECT_THAT(known.CheckKey("key"),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kKeyBlocked));
  FLEETCA_EXPECT_OK(known.CheckKey("another"));
  // Nor is whoever has it believed, by whatever certificate.
  EXPECT_THAT(known.CheckCaller("serial", "key", ""),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
  EXPECT_THAT(std::string(known.CheckCaller("serial", "key", "").message()),
              HasSubstr("fleetca ca renew-admin"));
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "another", ""));
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "", ""));
  known.ReplaceBlocks({});
  FLEETCA_EXPECT_OK(known.CheckKey("key"));
}

TEST(KnownRevocationsTest, WhoHasACertificateOfARevokedIssuingCaIsRefused) {
  KnownRevocations known;
  known.SetComplete(1);
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "key", "issuer"));
  const uint64_t before = known.generation();
  known.SetRevokedIssuers({"issuer"});
  EXPECT_TRUE(known.HasChangedSince(before)) << "a batch that is under way looks again";
  EXPECT_THAT(known.CheckCaller("serial", "key", "issuer"),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
  EXPECT_EQ(known.counts().refused_revoked, 1u);
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "key", "another"));
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "key", ""));
  known.SetRevokedIssuers({});
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "key", "issuer"));
}

TEST(KnownRevocationsTest, EachChangeIsSeenByTheSecondLook) {
  KnownRevocations known;
  const auto changes = [&known](const std::function<void()>& change) {
    const uint64_t before = known.generation();
    EXPECT_FALSE(known.HasChangedSince(before));
    change();
    return known.HasChangedSince(before);
  };
  EXPECT_TRUE(changes([&] { known.Apply(store::RevocationOf(store::TestIssuedRecord(1))); }));
  EXPECT_TRUE(
      changes([&] { known.Apply(store::TestBlock(store::BlockKind::kIdentity, kIdentity)); }));
  EXPECT_TRUE(changes([&] { known.ReplaceBlocks({}); }));
  EXPECT_TRUE(changes([&] { known.SetIncomplete(); }));
  // With this nothing is refused that was not refused before.
  EXPECT_FALSE(changes([&] { known.SetComplete(1); }));
}

// The issuer records and looks again; whoever revokes does it in memory and reads then what was
// recorded. One of the two meets the other. ThreadSanitizer says whether an unchanged second look
// makes what was recorded visible.
TEST(KnownRevocationsTest, Checklist25_TheIssuerSeesTheRevocationOrTheRevokerTheCertificate) {
  struct Round {
    Round() { known.SetComplete(1); }
    KnownRevocations known;
    int certificate = 0;
    std::atomic<bool> recorded{false};
    std::atomic<bool> answered{false};
    bool met_by_revoker = false;
    int read_by_revoker = 0;
  };
  const store::Revocation revocation = store::RevocationOf(store::TestIssuedRecord(1));
  std::vector<Round> rounds(3000);
  std::atomic<size_t> arrived{0};
  const auto meet = [&arrived](size_t round) {
    arrived.fetch_add(1);
    while (arrived.load() < 2 * (round + 1)) {
      std::this_thread::yield();
    }
  };
  std::thread issuer([&] {
    for (size_t i = 0; i < rounds.size(); ++i) {
      Round& round = rounds[i];
      const uint64_t before = round.known.generation();
      meet(i);
      round.certificate = 1;
      round.recorded.store(true, std::memory_order_relaxed);
      if (!round.known.HasChangedSince(before)) {
        round.answered.store(true, std::memory_order_relaxed);
      }
    }
  });
  for (size_t i = 0; i < rounds.size(); ++i) {
    Round& round = rounds[i];
    meet(i);
    round.known.Apply(revocation);
    round.met_by_revoker = round.recorded.load(std::memory_order_relaxed);
    if (round.answered.load(std::memory_order_relaxed)) {
      round.read_by_revoker = round.certificate;
    }
  }
  issuer.join();
  for (const Round& round : rounds) {
    ASSERT_TRUE(!round.answered || round.met_by_revoker);
    ASSERT_TRUE(round.read_by_revoker == 0 || round.answered);
  }
}

TEST(RevocationReasonTest, NumbersAreThoseOfTheRfcAndNoHoldIsTaken) {
  EXPECT_EQ(ReadRevocationReason(1), store::RevocationReason::kKeyCompromise);
  EXPECT_EQ(RevocationReasonName(store::RevocationReason::kKeyCompromise), "keyCompromise");
  for (const int number : {0, 2, 3, 4, 5, 9, 10}) {
    EXPECT_TRUE(ReadRevocationReason(number).has_value()) << number;
  }
  for (const int number : {-1, 6, 7, 8, 11, 256, 257}) {
    EXPECT_FALSE(ReadRevocationReason(number).has_value()) << number;
  }
}

}  // namespace
}  // namespace fleetca::service
