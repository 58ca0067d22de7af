#include "service/revocation/known_revocations.h"

#include <array>
#include <string>

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
  EXPECT_TRUE(known.IsBlocked({store::BlockKind::kLineage, "line"}));
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
  EXPECT_THAT(known.CheckCaller("serial", "key"),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", "another"));
  FLEETCA_EXPECT_OK(known.CheckCaller("serial", ""));
  known.ReplaceBlocks({});
  FLEETCA_EXPECT_OK(known.CheckKey("key"));
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
