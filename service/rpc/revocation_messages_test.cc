#include "service/rpc/revocation_messages.h"

#include <string>
#include <variant>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;

auto IsInvalid(Reason reason) { return IsError(absl::StatusCode::kInvalidArgument, reason); }

TEST(RevocationMessagesTest, ReadsEachSelection) {
  v1::RevokeCertificatesRequest message;
  message.set_reason(v1::REVOCATION_REASON_PRIVILEGE_WITHDRAWN);
  message.set_dry_run(true);
  message.mutable_serial_numbers()->add_values("b");
  message.mutable_serial_numbers()->add_values("a");
  message.mutable_serial_numbers()->add_values("b");
  FLEETCA_ASSERT_OK_AND_ASSIGN(RevokeRequest request, ReadRevokeRequest(message));
  EXPECT_TRUE(request.dry_run);
  EXPECT_EQ(request.reason, store::RevocationReason::kPrivilegeWithdrawn);
  EXPECT_THAT(std::get<RevokeSerials>(request.selection).serials, ElementsAre("a", "b"));

  message.set_identity("i");
  FLEETCA_ASSERT_OK_AND_ASSIGN(request, ReadRevokeRequest(message));
  EXPECT_EQ(std::get<RevokeIdentity>(request.selection).identity, "i");
  message.set_lineage("l");
  FLEETCA_ASSERT_OK_AND_ASSIGN(request, ReadRevokeRequest(message));
  EXPECT_EQ(std::get<RevokeLineage>(request.selection).serial, "l");
  message.set_key_sha256("k");
  FLEETCA_ASSERT_OK_AND_ASSIGN(request, ReadRevokeRequest(message));
  EXPECT_EQ(std::get<RevokeKey>(request.selection).spki_sha256, "k");

  v1::IssuedSelection& issued = *message.mutable_issued();
  issued.set_profile("p");
  issued.set_issuer_key_id("ca");
  issued.mutable_from()->set_seconds(10);
  issued.mutable_to()->set_seconds(20);
  FLEETCA_ASSERT_OK_AND_ASSIGN(request, ReadRevokeRequest(message));
  const RevokeIssued& read = std::get<RevokeIssued>(request.selection);
  EXPECT_EQ(read.profile, "p");
  EXPECT_EQ(read.issuer, "ca");
  EXPECT_EQ(read.issued_from, absl::FromUnixSeconds(10));
  EXPECT_EQ(read.issued_to, absl::FromUnixSeconds(20));
}

TEST(RevocationMessagesTest, WhatIsNotSaidSelectsNothing) {
  EXPECT_THAT(ReadRevokeRequest({}).status(), IsInvalid(Reason::kRequestEmpty));
  v1::RevokeCertificatesRequest message;
  message.mutable_issued();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RevokeRequest request, ReadRevokeRequest(message));
  EXPECT_THAT(CheckSelection(request.selection), IsInvalid(Reason::kRequestEmpty));
}

TEST(RevocationMessagesTest, ReasonsThatThereAreNotAndTimesThatAreNoneAreRefused) {
  v1::RevokeCertificatesRequest message;
  message.set_identity("i");
  message.set_reason(static_cast<v1::RevocationReason>(6));  // certificateHold
  EXPECT_THAT(ReadRevokeRequest(message).status(), IsInvalid(Reason::kConfigInvalid));
  message.set_reason(v1::REVOCATION_REASON_UNSPECIFIED);
  message.mutable_issued()->mutable_from()->set_nanos(-1);
  EXPECT_THAT(ReadRevokeRequest(message).status(), IsInvalid(Reason::kConfigInvalid));
}

TEST(RevocationMessagesTest, WritesABlockOfEachKind) {
  v1::Block message;
  WriteBlock(store::TestBlock(store::BlockKind::kIdentity, "i"), &message);
  EXPECT_EQ(message.identity(), "i");
  WriteBlock(store::TestBlock(store::BlockKind::kLineage, "l"), &message);
  EXPECT_EQ(message.lineage(), "l");
  WriteBlock(store::TestBlock(store::BlockKind::kKey, "k"), &message);
  EXPECT_EQ(message.key_sha256(), "k");
}

}  // namespace
}  // namespace fleetca::service
