#include "service/rpc/renewal_service.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeCallerReader;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::WireReason;

constexpr char kOperator[] = "spiffe://fleet.example/operator/ann";

class RenewalServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEETCA_ASSERT_OK_AND_ASSIGN(pool_, ControlPool::Start({}));
    FLEETCA_ASSERT_OK_AND_ASSIGN(orders_,
                                 EarlyRenewalOrders::Load(store_, known_, clock_rule_, {}));
    service_ = std::make_unique<RenewalService>(caller_reader_, *orders_, *pool_);
    caller_reader_.Set(CertificateCaller{.spiffe_id = kOperator});
    store::CertificateRecord record = store::TestIssuedRecord(1, 3, clock_.Now() + absl::Hours(48));
    record.issued_at = clock_.Now();
    record.profile = "service";
    FLEETCA_ASSERT_OK(store_.Write({.certificates = {&record, 1}}));
    clock_.Advance(absl::Milliseconds(1500));
  }

  template <typename Message, typename Method>
  std::unique_ptr<FakeUnaryCall> Begin(const Message& message, Method method) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(message);
    call->Bind((service_.get()->*method)(&call->context, &call->request, &call->response));
    return call;
  }
  template <typename Response, typename Message, typename Method>
  Response Ask(const Message& message, Method method) {
    const auto call = Begin(message, method);
    const grpc::Status status = call->WaitUntilDone();
    EXPECT_TRUE(status.ok()) << status.error_message();
    Response response;
    FLEETCA_EXPECT_OK(ReadMessage(call->response, &response));
    return response;
  }
  v1::EarlyRenewal Order(const v1::OrderEarlyRenewalRequest& request) {
    return Ask<v1::OrderEarlyRenewalResponse>(request, &RenewalService::OrderEarlyRenewal)
        .early_renewal();
  }
  v1::ListEarlyRenewalsResponse List() {
    return Ask<v1::ListEarlyRenewalsResponse>(v1::ListEarlyRenewalsRequest(),
                                              &RenewalService::ListEarlyRenewals);
  }

  FakeExecutor executor_;
  FakeCallerReader caller_reader_;
  ::fleetca::testing::FakeClock clock_;
  ::fleetca::testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  std::unique_ptr<ControlPool> pool_;
  std::unique_ptr<EarlyRenewalOrders> orders_;
  std::unique_ptr<RenewalService> service_;
};

TEST_F(RenewalServiceTest, AnOrderIsAnsweredListedAndCancelled) {
  v1::OrderEarlyRenewalRequest request;
  request.set_profile("service");
  request.set_issuer_key_id(store::TestIssuer());
  request.mutable_issued_from()->set_seconds(1);
  request.set_explanation_url("https://fleet.example/why");
  const v1::EarlyRenewal order = Order(request);
  EXPECT_NE(order.id(), 0u);
  EXPECT_EQ(order.profile(), "service");
  EXPECT_EQ(order.issuer_key_id(), store::TestIssuer());
  EXPECT_EQ(order.issued_from().seconds(), 1);
  EXPECT_EQ(order.issued_to().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(order.issued_to().nanos(), 500'000'000);
  EXPECT_EQ(order.explanation_url(), "https://fleet.example/why");
  EXPECT_EQ(order.order_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_EQ(order.orderer(), kOperator);
  EXPECT_EQ(order.certificates(), 1u);
  EXPECT_EQ(order.last_turn().seconds(), order.first_turn().seconds() + 1);

  const v1::ListEarlyRenewalsResponse listed = List();
  ASSERT_EQ(listed.early_renewals_size(), 1);
  EXPECT_EQ(listed.early_renewals(0).SerializeAsString(), order.SerializeAsString());

  v1::CancelEarlyRenewalRequest cancel;
  cancel.set_id(order.id());
  Ask<v1::CancelEarlyRenewalResponse>(cancel, &RenewalService::CancelEarlyRenewal);
  EXPECT_EQ(List().early_renewals_size(), 0);
  EXPECT_EQ(WireReason(Begin(cancel, &RenewalService::CancelEarlyRenewal)->WaitUntilDone()),
            "NOT_FOUND");
}

TEST_F(RenewalServiceTest, ADryRunHasNoId) {
  v1::OrderEarlyRenewalRequest request;
  request.set_profile("service");
  request.set_dry_run(true);
  const v1::EarlyRenewal order = Order(request);
  EXPECT_EQ(order.id(), 0u);
  EXPECT_EQ(order.certificates(), 1u);
  EXPECT_FALSE(order.has_issued_from());
  EXPECT_EQ(List().early_renewals_size(), 0);
}

TEST_F(RenewalServiceTest, WhatMakesNoSenseIsRefused) {
  v1::OrderEarlyRenewalRequest request;
  const auto refused = [&] {
    return WireReason(Begin(request, &RenewalService::OrderEarlyRenewal)->WaitUntilDone());
  };
  EXPECT_EQ(refused(), "REQUEST_EMPTY");
  request.mutable_issued_to()->set_nanos(-1);
  EXPECT_EQ(refused(), "CONFIG_INVALID");
  request.mutable_issued_to()->set_nanos(0);
  request.set_identity("web");
  EXPECT_EQ(refused(), "SAN_INVALID");
}

}  // namespace
}  // namespace fleetca::service
