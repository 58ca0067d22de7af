#include "service/rpc/issuance_intake.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;

// Keeps how it ended.
class KeptIssuance : public Issuance {
 public:
  KeptIssuance() {
    caller = std::make_shared<const Caller>(
        CertificateCaller{.spiffe_id = "spiffe://fleet.test/svc/web"});
  }
  void Answer(absl::StatusOr<IssuedCertificate> given) override {
    ++answers;
    outcome = given.status();
  }
  int answers = 0;
  absl::Status outcome;
};

using IssuanceIntakeTest = EdgeFixture;

TEST_F(IssuanceIntakeTest, AMessageMayHaveAllThatTheLimitSaysAndNotOneByteMore) {
  FLEETCA_EXPECT_OK(intake_.CheckMessageSize(0));
  FLEETCA_EXPECT_OK(intake_.CheckMessageSize(10'000));
  EXPECT_THAT(intake_.CheckMessageSize(10'001), IsInvalid(Reason::kRequestTooLarge, ""));
}

TEST_F(IssuanceIntakeTest, TheCallerIsWhoTheReaderSays) {
  const grpc::CallbackServerContext context;
  EXPECT_EQ(intake_.Authenticate(context)->spiffe_id, "spiffe://fleet.test/svc/web");
  caller_reader_.Refuse();
  EXPECT_THAT(intake_.Authenticate(context),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

TEST_F(IssuanceIntakeTest, WhatIsQueuedIsLeftToTheWorkers) {
  KeptIssuance first, second;
  std::vector<Issuance*> both = {&first, &second};
  intake_.Submit(absl::MakeSpan(both));
  EXPECT_EQ(queue_.size(), 2u);
  EXPECT_EQ(first.answers + second.answers, 0);
  EXPECT_EQ(&Pop(), &first);
  EXPECT_EQ(&Pop(), &second);
}

TEST_F(IssuanceIntakeTest, WhatFindsNoRoomIsAnsweredOnce) {
  FillQueue();
  KeptIssuance first, second;
  std::vector<Issuance*> both = {&first, &second};
  intake_.Submit(absl::MakeSpan(both));
  for (const KeptIssuance* issuance : {&first, &second}) {
    EXPECT_EQ(issuance->answers, 1);
    EXPECT_THAT(issuance->outcome,
                IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull));
  }
  EXPECT_THAT(intake_.CheckRoom(*first.caller, 1),
              IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull));
  EmptyQueue();
  FLEETCA_EXPECT_OK(intake_.CheckRoom(*first.caller, 1));
}

TEST_F(IssuanceIntakeTest, NothingIsSubmittedForNothing) {
  intake_.Submit({});
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(IssuanceIntakeTest, ACallWithoutADeadlineHasTimeForEver) {
  const grpc::CallbackServerContext context;
  EXPECT_EQ(DeadlineOf(context), absl::InfiniteFuture());
}

}  // namespace
}  // namespace fleetca::service
