#include "service/renewals/renewal_windows.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class RenewalWindowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        orders_, EarlyRenewalOrders::Load(store_, known_, clock_rule_,
                                          {.max_per_second = 1, .retry_after = absl::Minutes(10)}));
    windows_ = std::make_unique<RenewalWindows>(store_, *orders_, known_, clock_rule_);
    known_.SetComplete(0);
  }

  std::string NewSerial() {
    const auto serial = x509::SerialNumber::Create(clock_.Now() + absl::Hours(4), 1, clock_.Now());
    FLEETCA_EXPECT_OK(serial);
    return std::string(serial->bytes());
  }

  std::string Issue() {
    store::CertificateRecord record = store::TestIssuedRecord(1);
    record.serial = NewSerial();
    record.request_key.clear();
    record.request_digest.clear();
    record.issued_at = clock_.Now();
    record.not_before = clock_.Now();
    record.not_after = clock_.Now() + absl::Hours(4);
    FLEETCA_EXPECT_OK(store_.Write({.certificates = {&record, 1}}));
    return record.serial;
  }

  absl::StatusOr<RenewalWindow> Find(absl::string_view serial) {
    auto answers = windows_->Find({&serial, 1});
    return answers.ok() ? std::move(answers->at(0)) : answers.status();
  }

  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  std::unique_ptr<EarlyRenewalOrders> orders_;
  std::unique_ptr<RenewalWindows> windows_;
};

TEST_F(RenewalWindowsTest, AnOrderMovesTheWindowAndItsEndMovesItBack) {
  const std::string serial = Issue();
  clock_.Advance(absl::Seconds(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalWindow usual, Find(serial));
  EXPECT_FALSE(usual.moved);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal order,
                               orders_->Order({.issuer = store::TestIssuer()}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalWindow moved, Find(serial));
  EXPECT_TRUE(moved.moved);
  EXPECT_LT(moved.window.start, usual.window.start);
  EXPECT_GE(moved.window.start, order.first_turn);
  EXPECT_LE(moved.window.start, order.last_turn);
  FLEETCA_ASSERT_OK(orders_->Cancel(order.id, ""));
  EXPECT_EQ(Find(serial)->window, usual.window);
  EXPECT_EQ(windows_->told(), 3u);
  EXPECT_EQ(windows_->moved(), 1u);
}

TEST_F(RenewalWindowsTest, TheOneOfARevokedCertificateIsPast) {
  const std::string serial = Issue();
  store::Revocation revocation = store::RevocationOf(store::TestIssuedRecord(1));
  revocation.serial = serial;
  revocation.revoked_at = clock_.Now();
  known_.Apply(revocation);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalWindow answer, Find(serial));
  EXPECT_TRUE(answer.revoked);
  EXPECT_LE(answer.window.end, clock_.Now());
}

// Within its grace it would be asked for in vain.
TEST_F(RenewalWindowsTest, TheOneOfARevokedCertificateThatIsForgottenIsPastToo) {
  const std::string serial = Issue();
  store::Revocation revocation = store::RevocationOf(store::TestIssuedRecord(1));
  revocation.serial = serial;
  revocation.revoked_at = clock_.Now();
  FLEETCA_ASSERT_OK(store_.Write({.revocations = {&revocation, 1}}));
  clock_.Advance(absl::Hours(5));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalWindow answer, Find(serial));
  EXPECT_TRUE(answer.revoked);
}

TEST_F(RenewalWindowsTest, EachSerialHasItsOwnAnswer) {
  const std::string good = Issue();
  const std::string unknown = NewSerial();
  const std::vector<absl::string_view> serials = {unknown, good, "short"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto answers, windows_->Find(serials));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_THAT(answers[0], IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  FLEETCA_EXPECT_OK(answers[1]);
  EXPECT_THAT(answers[2], IsError(absl::StatusCode::kInvalidArgument, Reason::kSerialInvalid));
}

TEST_F(RenewalWindowsTest, NothingIsToldWhileRevocationsAreUnknown) {
  const std::string serial = Issue();
  known_.SetIncomplete();
  EXPECT_THAT(Find(serial), IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown));
}

}  // namespace
}  // namespace fleetca::service
