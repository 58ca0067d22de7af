// Two servers on one store's engine: what one alone can have, one alone gets, though neither knows
// what the other has under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"
#include "store/memory/memory_store.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr int kRounds = 20;
constexpr char kRequestId[] = "0123456789abcdef";
constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";

// A handle that runs something before it writes: what the other server does meanwhile.
class OvertakenStore : public store::MemoryStore {
 public:
  explicit OvertakenStore(const store::MemoryStore& other) : MemoryStore(other, 0xf1ef) {}

  absl::StatusOr<store::CommitOutcomes> Write(const store::Commit& commit) override {
    if (before_write) {
      std::exchange(before_write, nullptr)();
    }
    return MemoryStore::Write(commit);
  }

  std::function<void()> before_write;
};

class TwoServersTest : public ::testing::Test {
 protected:
  static absl::StatusOr<IssuedCertificate> Run(TestIssuer& ca, RecordingIssuance& issuance) {
    Issuance* batch[] = {&issuance};
    ca.issuer().IssueBatch(batch);
    EXPECT_EQ(issuance.answers, 1);
    return issuance.outcome;
  }

  std::string NewToken(uint32_t uses) {
    const absl::StatusOr<SecretBytes> token = MakeJoinToken();
    FLEETCA_EXPECT_OK(token);
    const absl::Time now = first_.clock().Now();
    FLEETCA_EXPECT_OK(
        first_.store().Write({.new_tokens = {{.hash = HashJoinToken(token->view()),
                                              .identity = std::string(kDb),
                                              .profile = "service",
                                              .creator = "spiffe://fleet.test/user/admin",
                                              .created_at = now,
                                              .expires_at = now + absl::Minutes(10),
                                              .uses = uses}}}));
    return std::string(token->view());
  }

  absl::StatusOr<IssuedCertificate> ByToken(TestIssuer& ca, absl::string_view token,
                                            absl::string_view request_id = "") {
    RecordingIssuance issuance(nameless_, request_id);
    issuance.AskAs(JoinTokenCaller{.hash = HashJoinToken(token)});
    issuance.request.profile = "";
    return Run(ca, issuance);
  }

  absl::StatusOr<IssuedCertificate> ByJwt(TestIssuer& ca, const OneUseJwt& jwt) {
    RecordingIssuance issuance(csr_);
    issuance.AskAs(JwtCaller{.spiffe_id = "spiffe://fleet.test/svc/web", .one_use = jwt});
    return Run(ca, issuance);
  }

  static ::testing::Matcher<const absl::StatusOr<IssuedCertificate>&> IsRefused() {
    return ::testing::ResultOf(
        [](const absl::StatusOr<IssuedCertificate>& outcome) { return outcome.status(); },
        ::testing::Eq(TokenRefused()));
  }

  TestIssuer first_;
  OvertakenStore second_store_{first_.store()};
  TestIssuer second_{{.store = &second_store_, .clock = &first_.clock()}};
  const std::string csr_ = MakeCsr();
  const std::string nameless_ = MakeCsr({.attributes = std::string()});
};

TEST_F(TwoServersTest, WhoIsOvertakenByItsOwnRetryGetsThatOnesCertificate) {
  absl::StatusOr<IssuedCertificate> winner = absl::UnknownError("not asked");
  second_store_.before_write = [&] { winner = first_.Issue(csr_, kRequestId); };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate answer, second_.Issue(csr_, kRequestId));
  FLEETCA_ASSERT_OK(winner);
  EXPECT_EQ(answer.certificate, winner->certificate);
  EXPECT_TRUE(answer.replayed);
  EXPECT_FALSE(winner->replayed);
  EXPECT_EQ(first_.store().size(), 1u);
  EXPECT_EQ(second_.issuer().stats().issued, 0u);
  EXPECT_EQ(second_.issuer().stats().replayed, 1u);
}

TEST_F(TwoServersTest, WhoIsOvertakenByAnotherRequestWithItsIdIsToldSo) {
  const std::string other = MakeCsr({.key_type = KeyType::kP384});
  second_store_.before_write = [&] { FLEETCA_EXPECT_OK(first_.Issue(other, kRequestId)); };
  EXPECT_THAT(second_.Issue(csr_, kRequestId),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(first_.store().size(), 1u);
}

TEST_F(TwoServersTest, TheLastUseOfATokenIsOfOneOfThem) {
  const std::string token = NewToken(1);
  second_store_.before_write = [&] { FLEETCA_EXPECT_OK(ByToken(first_, token)); };
  EXPECT_THAT(ByToken(second_, token), IsRefused());
  EXPECT_EQ(first_.store().size(), 1u);
  EXPECT_EQ(first_.store().GetJoinToken(HashJoinToken(token)).value().uses, 1u);
}

TEST_F(TwoServersTest, ATokenThatIsRevokedMeanwhileIsRefused) {
  const std::string token = NewToken(5);
  second_store_.before_write = [&] {
    FLEETCA_EXPECT_OK(first_.store().Write(
        {.revoked_tokens = {
             {HashJoinToken(token), {.revoked_at = first_.clock().Now(), .revoker = "admin"}}}}));
  };
  EXPECT_THAT(ByToken(second_, token), IsRefused());
  EXPECT_EQ(first_.store().size(), 0u);
}

TEST_F(TwoServersTest, ALostAnswerComesBeforeAUsedToken) {
  const std::string token = NewToken(1);
  absl::StatusOr<IssuedCertificate> winner = absl::UnknownError("not asked");
  second_store_.before_write = [&] { winner = ByToken(first_, token, kRequestId); };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate answer, ByToken(second_, token, kRequestId));
  FLEETCA_ASSERT_OK(winner);
  EXPECT_EQ(answer.certificate, winner->certificate);
}

TEST_F(TwoServersTest, AJwtIsOfOneOfThem) {
  const OneUseJwt jwt = {.id_hash = std::string(32, 'j'),
                         .expires_at = first_.clock().Now() + absl::Minutes(10)};
  second_store_.before_write = [&] { FLEETCA_EXPECT_OK(ByJwt(first_, jwt)); };
  EXPECT_THAT(ByJwt(second_, jwt), IsRefused());
  EXPECT_EQ(first_.store().size(), 1u);
}

TEST_F(TwoServersTest, BothAtOnceUseATokenAsOftenAsItWasMadeFor) {
  constexpr uint32_t kUses = 30;
  constexpr int kTries = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::string token = NewToken(kUses);
    const size_t before = first_.store().size();
    std::atomic<uint32_t> issued{0};
    const auto use = [&](TestIssuer& ca) {
      for (int i = 0; i < kTries; ++i) {
        const absl::StatusOr<IssuedCertificate> outcome = ByToken(ca, token);
        if (outcome.ok()) {
          ++issued;
        } else {
          EXPECT_THAT(outcome, IsRefused());
        }
      }
    };
    std::thread one([&] { use(first_); });
    std::thread other([&] { use(second_); });
    one.join();
    other.join();
    EXPECT_EQ(issued, kUses);
    EXPECT_EQ(first_.store().size(), before + kUses);
    EXPECT_EQ(first_.store().GetJoinToken(HashJoinToken(token)).value().uses, kUses);
  }
}

}  // namespace
}  // namespace fleetca::service
