#include "client/agent/refusals.h"

#include <string>

#include "base/errors.h"
#include "client/issued.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(RefusalsTest, WhatIsSaidOfTheRequestIsARefusalAndAnOutageIsNot) {
  EXPECT_TRUE(IsRefusal(PermissionDenied(Reason::kLineageStale, "replaced")));
  EXPECT_FALSE(IsRefusal(Unavailable(Reason::kServerUnreachable, "away")));
  EXPECT_FALSE(IsRefusal(ResourceExhausted(Reason::kQueueFull, "busy")));
  // The same request would be answered alike.
  EXPECT_TRUE(IsRefusal(AnswerForAnother("it is for somebody else")));
  EXPECT_FALSE(IsRefusal(AnswerInvalid("it is damaged")));
}

TEST(RefusalsTest, TheLineEndsForWhatNoRenewalMends) {
  EXPECT_TRUE(IsOfTheLine(PermissionDenied(Reason::kCertificateRevoked, "revoked")));
  EXPECT_TRUE(IsOfTheLine(PermissionDenied(Reason::kLineageBlocked, "blocked")));
  EXPECT_FALSE(IsOfTheLine(Unauthenticated(Reason::kCallerCertificateExpired, "ended")));
  EXPECT_FALSE(IsOfTheLine(absl::OkStatus()));
}

TEST(RefusalsTest, AHandshakeThatIsRefusedMayBeOfTheEnd) {
  EXPECT_TRUE(MayBeOfItsEnd(Unauthenticated(Reason::kCallerCertificateExpired, "ended")));
  EXPECT_TRUE(MayBeOfItsEnd(Unavailable(Reason::kServerUnreachable, "closed")));
  EXPECT_FALSE(MayBeOfItsEnd(PermissionDenied(Reason::kLineageStale, "replaced")));
  EXPECT_FALSE(MayBeOfItsEnd(absl::OkStatus()));
}

TEST(RefusalsTest, ALineGoesOnAfterWhatAnOperatorMends) {
  EXPECT_TRUE(MayGoOn(ReasonName(Reason::kLineageBlocked)));
  EXPECT_TRUE(MayGoOn(ReasonName(Reason::kCallerCertificateExpired)));
  EXPECT_FALSE(MayGoOn(ReasonName(Reason::kCertificateRevoked)));
  EXPECT_FALSE(MayGoOn(""));
}

}  // namespace
}  // namespace fleetca::client
