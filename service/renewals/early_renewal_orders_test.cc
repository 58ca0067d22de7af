#include "service/renewals/early_renewal_orders.h"

#include <functional>
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

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kWeb[] = "spiffe://a/svc/web";
constexpr RenewalPace kPace = {.max_per_second = 2, .retry_after = absl::Minutes(30)};

class EarlyRenewalOrdersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Restart();
    for (int i = 0; i < 5; ++i) {
      Issue([](store::CertificateRecord&) {});
    }
    clock_.Advance(absl::Minutes(1));
  }

  void Restart() {
    FLEETCA_ASSERT_OK_AND_ASSIGN(orders_,
                                 EarlyRenewalOrders::Load(store_, known_, clock_rule_, kPace));
  }

  // By the profile "service", valid for four hours.
  std::string Issue(const std::function<void(store::CertificateRecord&)>& change) {
    store::CertificateRecord record =
        store::TestIssuedRecord(++number_, 3, clock_.Now() + absl::Hours(4));
    record.request_key.clear();
    record.request_digest.clear();
    record.issued_at = clock_.Now();
    record.not_before = clock_.Now();
    record.profile = "service";
    change(record);
    FLEETCA_EXPECT_OK(store_.Write({.certificates = {&record, 1}}));
    return record.serial;
  }

  absl::StatusOr<store::EarlyRenewal> Order(EarlyRenewalRequest request) {
    request.ordered_by = "spiffe://a/operator/ann";
    return orders_->Order(request);
  }

  std::vector<uint64_t> Ids() {
    std::vector<uint64_t> ids;
    const auto orders = orders_->InForce();
    FLEETCA_EXPECT_OK(orders);
    for (const store::EarlyRenewal& order : *orders) {
      ids.push_back(order.id);
    }
    return ids;
  }

  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  std::unique_ptr<EarlyRenewalOrders> orders_;
  uint64_t number_ = 0;
};

TEST_F(EarlyRenewalOrdersTest, AnOrderIsCountedPacedAndSurvivesARestart) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal order,
                               Order({.profile = "service", .explanation_url = "https://a/why"}));
  EXPECT_EQ(order.certificates, 5u);
  EXPECT_EQ(order.issued_to, clock_.Now());
  // Everybody has heard of it by then.
  EXPECT_EQ(order.first_turn, clock_.Now() + kPace.retry_after);
  EXPECT_EQ(order.last_turn, order.first_turn + absl::Seconds(3));
  EXPECT_EQ(order.ends_at, clock_.Now() + absl::Hours(4) - absl::Minutes(1));
  EXPECT_EQ(order.ordered_by, "spiffe://a/operator/ann");
  Restart();
  EXPECT_THAT(*orders_->Current(), ElementsAre(order));
}

TEST_F(EarlyRenewalOrdersTest, ADryRunOrdersNothing) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal plan,
                               Order({.profile = "service", .dry_run = true}));
  EXPECT_EQ(plan.id, 0u);
  EXPECT_EQ(plan.certificates, 5u);
  EXPECT_THAT(Ids(), IsEmpty());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal none,
                               Order({.profile = "host", .dry_run = true}));
  EXPECT_EQ(none.certificates, 0u);
}

TEST_F(EarlyRenewalOrdersTest, OnlyValidCertificatesThatAreNotRevokedAreCounted) {
  known_.Apply(store::RevocationOf(store::TestIssuedRecord(1, 3, clock_.Now())));
  const std::string revoked =
      Issue([](store::CertificateRecord& record) { record.identity = kWeb; });
  Issue([](store::CertificateRecord& record) { record.identity = kWeb; });
  store::Revocation revocation = store::RevocationOf(store::TestIssuedRecord(1));
  revocation.serial = revoked;
  known_.Apply(revocation);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Order({.identity = kWeb, .dry_run = true})->certificates, 1u);
  EXPECT_EQ(Order({.identity = kWeb, .profile = "host", .dry_run = true})->certificates, 0u);
  clock_.Advance(absl::Hours(5));
  EXPECT_EQ(Order({.identity = kWeb, .dry_run = true})->certificates, 0u);
}

TEST_F(EarlyRenewalOrdersTest, TheTurnsOfAnOrderComeAfterThoseOfTheOrdersBefore) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal first, Order({.profile = "service"}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal second,
                               Order({.issuer = store::TestIssuer(), .issued_to = clock_.Now()}));
  EXPECT_EQ(second.first_turn, first.last_turn);
  EXPECT_GT(second.id, first.id);
  clock_.Advance(absl::Hours(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal third, Order({.profile = "service"}));
  EXPECT_EQ(third.first_turn, clock_.Now() + kPace.retry_after);
}

TEST_F(EarlyRenewalOrdersTest, TheSameOrderAgainIsTheSameOrder) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal first, Order({.profile = "service"}));
  clock_.Advance(absl::Minutes(9));
  EXPECT_EQ(*Order({.profile = "service"}), first);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal plan,
                               Order({.profile = "service", .dry_run = true}));
  EXPECT_EQ(plan.id, 0u);
  EXPECT_EQ(plan.first_turn, first.first_turn);
  // Somebody means another one who comes later, or says something else.
  clock_.Advance(absl::Minutes(2));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal later, Order({.profile = "service"}));
  EXPECT_NE(later.id, first.id);
  EXPECT_NE(Order({.profile = "service", .explanation_url = "https://a/"})->id, later.id);
  // With an end the set is the same for ever.
  const absl::Time end = clock_.Now() - absl::Minutes(1);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal ended,
                               Order({.profile = "service", .issued_to = end}));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(*Order({.profile = "service", .issued_to = end}), ended);
}

TEST_F(EarlyRenewalOrdersTest, AnOrderThatIsCancelledIsGone) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal order, Order({.profile = "service"}));
  FLEETCA_EXPECT_OK(orders_->Cancel(order.id, "spiffe://a/operator/ann"));
  EXPECT_THAT(Ids(), IsEmpty());
  EXPECT_THAT(orders_->Cancel(order.id, ""),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  // Its id is not given again.
  EXPECT_GT(Order({.profile = "service"})->id, order.id);
  Restart();
  EXPECT_EQ(Ids().size(), 1u);
}

// The clock says the same second, and what is in memory of the ids is gone.
TEST_F(EarlyRenewalOrdersTest, AnIdIsNotGivenAgainAfterARestart) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal before, Order({.profile = "service"}));
  Restart();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal after,
                               Order({.profile = "service", .explanation_url = "https://a/"}));
  EXPECT_GT(after.id, before.id);
  EXPECT_THAT(Ids(), ElementsAre(before.id, after.id));
}

TEST_F(EarlyRenewalOrdersTest, CertificatesOfAllPagesAreCounted) {
  const size_t more = store::PageLimit().records + 1;
  for (size_t i = 0; i < more; ++i) {
    Issue([](store::CertificateRecord&) {});
  }
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Order({.profile = "service", .dry_run = true})->certificates, 5 + more);
}

TEST_F(EarlyRenewalOrdersTest, AnOrderEndsWithTheLastOfItsCertificates) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal order, Order({.profile = "service"}));
  clock_.Set(order.ends_at);
  EXPECT_THAT(Ids(), ElementsAre(order.id));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Ids(), IsEmpty());
  Issue([](store::CertificateRecord&) {});
  clock_.Advance(absl::Seconds(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::EarlyRenewal next, Order({.profile = "service"}));
  Restart();
  EXPECT_THAT(*orders_->Current(), ElementsAre(next)) << "the one that ended is still in the store";
}

TEST_F(EarlyRenewalOrdersTest, OneTooManyIsRefused) {
  for (size_t i = 0; i < kMaxEarlyRenewals; ++i) {
    FLEETCA_EXPECT_OK(
        Order({.profile = "service", .issued_to = clock_.Now() - absl::Milliseconds(i)}));
  }
  EXPECT_THAT(Order({.profile = "service", .explanation_url = "https://a/"}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
  EXPECT_EQ(Ids().size(), kMaxEarlyRenewals);
}

TEST_F(EarlyRenewalOrdersTest, AFailedWriteChangesNothing) {
  store_.FailAppends(Unavailable(Reason::kStoreUnavailable, "no disk"));
  EXPECT_THAT(Order({.profile = "service"}),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_F(EarlyRenewalOrdersTest, WhatMakesNoSenseIsRefused) {
  const auto refused = [this](EarlyRenewalRequest request, Reason reason) {
    EXPECT_THAT(Order(std::move(request)), IsError(absl::StatusCode::kInvalidArgument, reason));
  };
  refused({}, Reason::kRequestEmpty);
  refused({.identity = "web"}, Reason::kSanInvalid);
  refused({.profile = std::string(257, 'p')}, Reason::kConfigInvalid);
  refused({.issuer = std::string(33, 'k')}, Reason::kConfigInvalid);
  refused({.issued_from = clock_.Now(), .issued_to = clock_.Now()}, Reason::kConfigInvalid);
  for (const std::string url : {"http://a/", "https://", "https://a/ b", "https://a/\n"}) {
    refused({.profile = "service", .explanation_url = url}, Reason::kConfigInvalid);
  }
  refused({.profile = "service", .explanation_url = "https://" + std::string(1017, 'a')},
          Reason::kRequestTooLarge);
  EXPECT_THAT(Order({.profile = "host"}), IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace fleetca::service
