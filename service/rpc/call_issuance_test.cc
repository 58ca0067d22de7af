#include "service/rpc/call_issuance.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class Call : public CallLife {
 public:
  class Item : public CallIssuance {
   public:
    explicit Item(Call& call) : call_(call) {}

   private:
    // Ends the call, and goes on with it.
    void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
      call_.End(grpc::Status::OK);
      call_.outcome_ = outcome.status();
      call_.finished_at_the_answer_ = call_.finished_;
    }
    Call& call_;
  };

  Issuance* Queue() { return item_.ForQueue(*this); }
  void Say() { End(grpc::Status::OK); }

  bool finished_ = false;
  bool finished_at_the_answer_ = true;
  absl::Status outcome_;
  Item item_{*this};

 private:
  void FinishCall(grpc::Status) override { finished_ = true; }
};

TEST(CallIssuanceTest, KeepsItsCallOpenUntilTheAnswerHasBeenDealtWith) {
  Call call;
  Issuance* const issuance = call.Queue();
  call.Say();
  EXPECT_FALSE(call.finished_) << "what is queued would answer a call that is gone";
  issuance->Answer(Unavailable(Reason::kStoreUnavailable, "no disk"));
  EXPECT_FALSE(call.finished_at_the_answer_);
  EXPECT_TRUE(call.finished_);
  EXPECT_THAT(call.outcome_, IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
}

TEST(CallIssuanceTest, OneThatIsNotQueuedHoldsNothing) {
  Call call;
  call.Say();
  EXPECT_TRUE(call.finished_);
}

}  // namespace
}  // namespace fleetca::service
