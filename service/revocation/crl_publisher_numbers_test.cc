// CRL numbers over everything that may go wrong: they rise, and none is used twice.
#include <memory>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/revocation/crl_publisher.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class CrlNumbersTest : public ::testing::Test {
 protected:
  CrlNumbersTest() { Restart(); }

  // As after a crash: what was in memory is gone.
  void Restart() {
    publisher_.reset();
    auto made = CrlPublisher::Create(
        ca_.issuer(), {.shards = ca_.shards, .base_url = "http://pki.fleet.example/crl"}, ca_.store,
        ca_.clock_rule);
    ASSERT_TRUE(made.ok()) << made.status();
    publisher_ = *std::move(made);
  }

  void Look() {
    while (publisher_->Look()) {
    }
  }

  // The number of what is given out; 0 where nothing is.
  uint64_t Number(std::optional<uint16_t> shard = 0) {
    const auto crl = publisher_->Find(shard);
    return crl.ok() ? (*crl)->number : 0;
  }

  uint64_t StoredNumber(std::optional<uint16_t> shard = 0) {
    const auto state = ca_.store.GetCrlState({ca_.ca.key_id, shard});
    return state.ok() ? state->number : 0;
  }

  void Store(uint64_t number, absl::Time this_update) {
    const store::CrlState state = {.crl = {ca_.ca.key_id, 0},
                                   .number = number,
                                   .this_update = this_update,
                                   .next_update = this_update + absl::Hours(24)};
    store::Commit commit;
    commit.crl_states = absl::MakeConstSpan(&state, 1);
    const auto outcomes = ca_.store.Write(commit);
    ASSERT_TRUE(outcomes.ok()) << outcomes.status();
    ASSERT_EQ(outcomes->crl_states[0].kind, store::CrlStateOutcome::Kind::kStored);
  }

  RevokingCa ca_{2};
  std::unique_ptr<CrlPublisher> publisher_;
};

TEST_F(CrlNumbersTest, RiseOverARestart) {
  Look();
  const uint64_t first = Number();
  EXPECT_EQ(first, static_cast<uint64_t>(absl::ToUnixSeconds(x509::kTestNow)));
  EXPECT_EQ(StoredNumber(), first);
  Restart();
  // Two of one second could not be told apart by thisUpdate.
  Look();
  EXPECT_EQ(Number(), 0u);
  ca_.Advance(absl::Seconds(1));
  Look();
  EXPECT_GT(Number(), first);
  EXPECT_EQ(StoredNumber(std::nullopt), Number(std::nullopt));
}

TEST_F(CrlNumbersTest, NothingIsMadeWhileTheClockIsBehindTheLast) {
  Look();
  const uint64_t first = Number();
  Restart();
  ca_.clock.Advance(-absl::Minutes(2));  // less than the clock rule minds
  Look();
  EXPECT_EQ(Number(), 0u);
  EXPECT_EQ(StoredNumber(), first);
  EXPECT_THAT(publisher_->status(), IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
  ca_.clock.Advance(absl::Minutes(2) + absl::Seconds(11));
  Look();
  FLEETCA_EXPECT_OK(publisher_->status());
  EXPECT_GT(Number(), first);
}

TEST_F(CrlNumbersTest, NothingIsMadeByAClockThatIsNotBelieved) {
  ca_.Advance(absl::Seconds(1));
  Look();
  const uint64_t first = Number();
  ca_.clock.Advance(-absl::Hours(2));
  Look();
  EXPECT_THAT(publisher_->status(), IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
  EXPECT_EQ(Number(), first);
  EXPECT_EQ(StoredNumber(), first);
}

TEST_F(CrlNumbersTest, GoOnFromANumberThatIsAheadOfTheClock) {
  Store(uint64_t{1} << 40, x509::kTestNow - absl::Hours(1));
  Look();
  EXPECT_EQ(Number(), (uint64_t{1} << 40) + 1);
}

TEST_F(CrlNumbersTest, OneThatWasStoredAndNeverGivenOutIsSkipped) {
  ca_.signer.broken = true;
  Look();
  const uint64_t lost = StoredNumber();
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(Number(), 0u);
  EXPECT_THAT(publisher_->status(), IsError(absl::StatusCode::kInternal, Reason::kSigningFailed));
  Restart();
  ca_.signer.broken = false;
  ca_.Advance(absl::Seconds(1));
  Look();
  EXPECT_GT(Number(), lost);
}

TEST_F(CrlNumbersTest, NothingIsGivenOutBeforeItsNumberIsStored) {
  ca_.store.FailAppends(Unavailable(Reason::kStoreUnavailable, "The disk is full"));
  Look();
  EXPECT_EQ(Number(), 0u);
  EXPECT_EQ(ca_.signer.signatures, 0);
  EXPECT_THAT(publisher_->status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  ca_.store.FailAppends(absl::OkStatus());
  Look();
  FLEETCA_EXPECT_OK(publisher_->status());
  EXPECT_EQ(Number(), StoredNumber());
}

TEST_F(CrlNumbersTest, AreGreaterThanThoseOfAnotherServer) {
  Look();
  ca_.Advance(absl::Hours(12));
  Store(uint64_t{1} << 50, ca_.clock.Now() - absl::Seconds(1));
  const uint64_t before = Number();
  Look();  // it is noticed by the store's refusal
  EXPECT_EQ(Number(), before);
  Look();
  EXPECT_EQ(Number(), (uint64_t{1} << 50) + 1);
  EXPECT_EQ(StoredNumber(), Number());
}

}  // namespace
}  // namespace fleetca::service
