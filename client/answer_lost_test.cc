#include "client/answer_lost.h"

#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(AnswerLostTest, WhatTheCaRefusedWasNotIssued) {
  for (const absl::Status& status :
       {InvalidArgument(Reason::kSanNotAllowed, "csr", "no"),
        Unauthenticated(Reason::kCallerUnknown, "no"),
        PermissionDenied(Reason::kCallerNotAllowed, "no"),
        FailedPrecondition(Reason::kIssuerExpiring, "no"),
        FailedPrecondition(Reason::kServerIdentity, "nothing was sent"),
        ResourceExhausted(Reason::kQueueFull, "later"),
        Unavailable(Reason::kStoreUnavailable, "no"), Unavailable(Reason::kClockRefused, "no"),
        Internal(Reason::kLintFailed, "no")}) {
    EXPECT_FALSE(MayHaveIssued(status)) << status;
  }
}

TEST(AnswerLostTest, WithoutAConnectionNothingWasAsked) {
  for (const char* text :
       {"failed to connect to all addresses; last error: UNKNOWN: Ssl handshake failed",
        "cannot reach the CA: nothing listens there (connection refused)",
        "DNS resolution failed for ca.fleet.example"}) {
    EXPECT_FALSE(MayHaveIssued(Unavailable(Reason::kServerUnreachable, text))) << text;
    EXPECT_FALSE(MayHaveIssued(absl::UnavailableError(text))) << text;
  }
}

TEST(AnswerLostTest, WhatBrokeMayHaveBeenIssued) {
  for (const absl::Status& status :
       {absl::OkStatus(), absl::UnavailableError("Socket closed"),
        Unavailable(Reason::kServerUnreachable, "cannot reach the CA: Connection reset by peer"),
        DeadlineExceeded(Reason::kServerUnreachable, "no answer"),
        Unavailable(Reason::kDraining, "stopping"), Cancelled(Reason::kCancelled, "gone"),
        Internal(Reason::kInternal, "a fault"), DataLoss(Reason::kAnswerInvalid, "not right"),
        absl::ResourceExhaustedError("the answer is larger than max")}) {
    EXPECT_TRUE(MayHaveIssued(status)) << status;
  }
}

}  // namespace
}  // namespace fleetca::client
