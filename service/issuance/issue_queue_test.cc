#include "service/issuance/issue_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;

std::shared_ptr<const Caller> By(Caller caller) {
  return std::make_shared<const Caller>(std::move(caller));
}

class QueuedIssuance : public Issuance {
 public:
  void Answer(absl::StatusOr<IssuedCertificate>) override {}
};

class IssueQueueTest : public ::testing::Test {
 protected:
  std::vector<Issuance*> Make(size_t count, absl::string_view caller, absl::string_view csr) {
    std::vector<Issuance*> made;
    for (size_t i = 0; i < count; ++i) {
      QueuedIssuance& issuance = issuances_.emplace_back();
      issuance.caller = By(CertificateCaller{.spiffe_id = std::string(caller)});
      issuance.request.csr_der = csr;
      made.push_back(&issuance);
    }
    return made;
  }

  size_t Push(size_t count, absl::string_view caller, absl::string_view csr) {
    const std::vector<Issuance*> made = Make(count, caller, csr);
    return queue_.TryPush(made, &refusal_);
  }

  std::vector<Issuance*> Pop(size_t max_items) {
    EXPECT_TRUE(queue_.PopBatch(IssueQueue::Consumer::kOrdinary, max_items, &batch_));
    return {batch_.items().begin(), batch_.items().end()};
  }

  testing::FakeClock clock_;
  std::deque<QueuedIssuance> issuances_;
  IssueQueue queue_{{.capacity = 1000,
                     .issuer_key = TestKey::OfType(KeyType::kP256).public_key(),
                     .workers = 2,
                     .clock = &clock_}};
  IssueQueue::Batch batch_;
  absl::Status refusal_;
  const std::string p256_ = MakeCsr();
  const std::string p384_ = MakeCsr({.key_type = KeyType::kP384});
};

TEST_F(IssueQueueTest, CallersTakeTurnsByTheCostOfWhatTheyAsk) {
  EXPECT_EQ(Push(400, "spiffe://fleet.test/svc/light", p256_), 400u);
  EXPECT_EQ(Push(200, "spiffe://fleet.test/svc/dear", p384_), 200u);
  std::map<std::string, int> taken;
  for (int i = 0; i < 4; ++i) {
    for (const Issuance* issuance : Pop(64)) {
      ++taken[std::string(IdentityOf(*issuance->caller))];
    }
  }
  const int light = taken["spiffe://fleet.test/svc/light"];
  const int dear = taken["spiffe://fleet.test/svc/dear"];
  EXPECT_GT(dear, 10);
  EXPECT_GT(light, 6 * dear);
  EXPECT_LT(light, 10 * dear);
}

TEST_F(IssueQueueTest, ABatchIsBoundedInCost) {
  Push(200, "a", p256_);
  EXPECT_EQ(Pop(64).size(), 64u);  // everyday requests fill it
  EXPECT_TRUE(queue_.PopBatch(IssueQueue::Consumer::kOrdinary, 1000, &batch_));
  Push(200, "a", p384_);
  const size_t dear = Pop(64).size();
  EXPECT_GT(dear, 5u);
  EXPECT_LT(dear, 15u);
}

// Lanes are switched off while the CA runs when they were wrong.
TEST_F(IssueQueueTest, WhetherThereAreLanesIsAskedForEachRequest) {
  bool in_lanes = true;
  IssueQueue queue({.capacity = 1000,
                    .issuer_key = TestKey::OfType(KeyType::kP256).public_key(),
                    .possession_in_lanes = [&in_lanes] { return in_lanes; },
                    .clock = &clock_});
  IssueQueue::Batch batch;
  const auto p384_of_a_batch = [&] {
    EXPECT_EQ(queue.TryPush(Make(200, "a", p384_), &refusal_), 200u);
    EXPECT_TRUE(queue.PopBatch(IssueQueue::Consumer::kOrdinary, 64, &batch));
    const size_t size = batch.items().size();
    EXPECT_TRUE(queue.PopBatch(IssueQueue::Consumer::kOrdinary, 1'000'000, &batch));
    return size;
  };
  const size_t before = p384_of_a_batch();
  in_lanes = false;
  EXPECT_GT(p384_of_a_batch(), before * 3 / 2);
}

// Where proofs are verified in lanes, OpenSSL judges again what they refuse.
TEST_F(IssueQueueTest, ForgedProofsArePaidFor) {
  const auto honest_beside_forger = [this](bool in_lanes) {
    IssueQueue queue({.capacity = 4000,
                      .issuer_key = TestKey::OfType(KeyType::kP256).public_key(),
                      .possession_in_lanes = [in_lanes] { return in_lanes; },
                      .clock = &clock_});
    EXPECT_EQ(queue.TryPush(Make(900, "honest", p256_), &refusal_), 900u);
    EXPECT_EQ(queue.TryPush(Make(900, "forger", p256_), &refusal_), 900u);
    int honest = 0;
    IssueQueue::Batch batch;
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(queue.PopBatch(IssueQueue::Consumer::kOrdinary, 64, &batch));
      for (const Issuance* issuance : batch.items()) {
        const bool forged = IdentityOf(*issuance->caller) == "forger";
        honest += forged ? 0 : 1;
        if (forged) {
          queue.ChargeRefusedProof(*issuance->caller);
        }
      }
    }
    return honest;
  };
  EXPECT_NEAR(honest_beside_forger(false), 320, 10);
  EXPECT_GT(honest_beside_forger(true), 400);
}

TEST_F(IssueQueueTest, WhoComesWithATokenIsOneOfManyInOneFlow) {
  std::vector<Issuance*> tokens = Make(900, "", p256_);
  for (size_t i = 0; i < tokens.size(); ++i) {
    tokens[i]->caller =
        i % 2 == 0 ? By(JoinTokenCaller{.hash = std::string(32, 'h')})
                   : By(JwtCaller{.spiffe_id = absl::StrCat("spiffe://fleet.test/job/", i)});
  }
  size_t queued = 0;
  for (Issuance* token : tokens) {
    queued += queue_.TryPush({&token, 1}, &refusal_);
  }
  EXPECT_EQ(queued, 500u);
  EXPECT_THAT(refusal_, IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull));
  // An identity with a certificate is another flow, also one of the same name.
  EXPECT_EQ(Push(1, "spiffe://fleet.test/job/1", p256_), 1u);
}

TEST_F(IssueQueueTest, RoomForHalfOfABatchMakesItWorthReading) {
  constexpr absl::string_view kA = "spiffe://fleet.test/svc/a";
  const Caller caller = CertificateCaller{.spiffe_id = std::string(kA)};
  EXPECT_TRUE(queue_.CheckRoom(caller, 100'000).ok());  // nothing of this caller waits
  EXPECT_EQ(Push(100, kA, p256_), 100u);                // leaves room for 400
  EXPECT_TRUE(queue_.CheckRoom(caller, 800).ok());
  EXPECT_EQ(queue_.stats().refused(), 0u);
  EXPECT_THAT(queue_.CheckRoom(caller, 802),
              IsError(absl::StatusCode::kResourceExhausted, Reason::kQueueFull));
  EXPECT_EQ(queue_.stats().refused(), 802u);
  EXPECT_EQ(Push(400, kA, p256_), 400u);
  EXPECT_THAT(queue_.CheckRoom(caller, 1),
              IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull));
  const Caller other = CertificateCaller{.spiffe_id = "spiffe://fleet.test/svc/b"};
  EXPECT_TRUE(queue_.CheckRoom(other, 500).ok());
}

TEST_F(IssueQueueTest, ARefusalSaysWhichRoomIsFullAndWhenToComeAgainAndIsCounted) {
  EXPECT_EQ(Push(600, "a", p384_), 500u);
  EXPECT_THAT(refusal_, IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull));
  EXPECT_EQ(queue_.stats().share_full, 100u);
  EXPECT_EQ(queue_.stats().queue_full, 0u);
  // 500 that cost about 0.8 ms each, for two workers.
  ASSERT_TRUE(GetRetryDelay(refusal_).has_value());
  EXPECT_GT(*GetRetryDelay(refusal_), absl::Milliseconds(100));
  EXPECT_LT(*GetRetryDelay(refusal_), absl::Milliseconds(400));
  EXPECT_THAT(std::string(refusal_.message()), HasSubstr("retry in "));
  for (int i = 0; queue_.size() < queue_.capacity(); ++i) {
    Push(1, absl::StrCat("caller ", i), p256_);
  }
  EXPECT_EQ(Push(1, "late", p256_), 0u);
  EXPECT_THAT(refusal_, IsError(absl::StatusCode::kResourceExhausted, Reason::kQueueFull));
  EXPECT_EQ(queue_.stats().queue_full, 1u);
  EXPECT_EQ(queue_.stats().share_full, 100u);
}

TEST_F(IssueQueueTest, TheLateAndTheCancelledTakeNobodysPlace) {
  std::vector<Issuance*> late = Make(30, "a", p256_);
  for (Issuance* issuance : late) {
    issuance->deadline = clock_.Now() + absl::Seconds(1);
  }
  std::vector<Issuance*> cancelled = Make(30, "a", p384_);
  EXPECT_EQ(queue_.TryPush(late, &refusal_), 30u);
  EXPECT_EQ(queue_.TryPush(cancelled, &refusal_), 30u);
  EXPECT_EQ(Push(10, "a", p256_), 10u);
  for (Issuance* issuance : cancelled) {
    issuance->cancelled = true;
  }
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Pop(8).size(), 68u);
  EXPECT_EQ(Pop(8).size(), 2u);
}

TEST_F(IssueQueueTest, NothingIsPushedWhereThereIsNothing) {
  EXPECT_EQ(queue_.TryPush({}, &refusal_), 0u);
  EXPECT_EQ(queue_.stats().refused(), 0u);
}

TEST_F(IssueQueueTest, WhatIsPutBackIsNextInItsOrder) {
  Push(4, "a", p256_);
  const std::vector<Issuance*> popped = Pop(3);
  ASSERT_EQ(popped.size(), 3u);
  queue_.PutBack(absl::MakeSpan(popped).subspan(1));
  const std::vector<Issuance*> again = Pop(8);
  EXPECT_THAT(again, ::testing::ElementsAre(popped[1], popped[2], &issuances_[3]));
}

}  // namespace
}  // namespace fleetca::service
