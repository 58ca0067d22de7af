#include "service/rpc/join_token_service.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/policy/testing/policy_fixture.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeCallerReader;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::WireReason;
using ::testing::StartsWith;

constexpr char kOperator[] = "spiffe://fleet.example/operator/ann";
constexpr char kHost[] = "spiffe://fleet.example/host/a";

// A disk that is slow until it is let go.
class SlowStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::CommitOutcomes> Write(const store::Commit& commit) override {
    if (slow && !commit.new_tokens.empty()) {
      let_go.WaitForNotification();
    }
    return MemoryStore::Write(commit);
  }
  bool slow = false;
  absl::Notification let_go;
};

std::unique_ptr<const Policy> PolicyWithOperators() {
  RuleOptions operators = TestRule("operators", "/operator/{name}", {});
  operators.issue_for = {"/host/*"};
  operators.rights = {Right::kManageTokens};
  return MakePolicy({operators, TestRule("hosts", "/host/*")});
}

class JoinTokenServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pool = ControlPool::Start({.threads = 2});
    FLEETCA_ASSERT_OK(pool);
    pool_ = *std::move(pool);
    service_ = std::make_unique<JoinTokenService>(caller_reader_, tokens_, *pool_);
    caller_reader_.Set(CertificateCaller{.spiffe_id = kOperator});
  }

  template <typename Message, typename Method>
  std::unique_ptr<FakeUnaryCall> Begin(const Message& message, Method method) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(message);
    call->Bind((service_.get()->*method)(&call->context, &call->request, &call->response));
    return call;
  }
  template <typename Response, typename Message, typename Method>
  grpc::Status Call(const Message& message, Method method, Response* response) {
    const auto call = Begin(message, method);
    const grpc::Status status = call->WaitUntilDone();
    if (status.ok()) {
      FLEETCA_EXPECT_OK(ReadMessage(call->response, response));
    }
    return status;
  }
  grpc::Status Create(const v1::CreateJoinTokensRequest& message,
                      v1::CreateJoinTokensResponse* response) {
    return Call(message, &JoinTokenService::CreateJoinTokens, response);
  }
  grpc::Status List(const v1::ListJoinTokensRequest& message,
                    v1::ListJoinTokensResponse* response) {
    return Call(message, &JoinTokenService::ListJoinTokens, response);
  }
  grpc::Status Revoke(const std::vector<std::string>& ids, v1::RevokeJoinTokensResponse* response) {
    v1::RevokeJoinTokensRequest message;
    message.mutable_ids()->Assign(ids.begin(), ids.end());
    return Call(message, &JoinTokenService::RevokeJoinTokens, response);
  }
  static v1::CreateJoinTokensRequest For(int hosts) {
    v1::CreateJoinTokensRequest message;
    for (int i = 0; i < hosts; ++i) {
      message.add_identities(absl::StrCat("spiffe://fleet.example/host/h", i));
    }
    message.set_profile("service");
    return message;
  }

  FakeExecutor executor_;
  FakeCallerReader caller_reader_;
  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  SlowStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  CurrentPolicy policies_{PolicyWithOperators(), nullptr};
  JoinTokens tokens_{store_, policies_, clock_rule_};
  std::unique_ptr<ControlPool> pool_;
  std::unique_ptr<JoinTokenService> service_;
};

TEST_F(JoinTokenServiceTest, ATokenIsMadeListedAndRevoked) {
  v1::CreateJoinTokensRequest wanted;
  wanted.add_identities(kHost);
  wanted.set_profile("service");
  wanted.mutable_lifetime()->set_seconds(60);
  wanted.set_uses(3);
  v1::CreateJoinTokensResponse created;
  const grpc::Status made = Create(wanted, &created);
  ASSERT_TRUE(made.ok()) << made.error_message();
  ASSERT_EQ(created.tokens_size(), 1);
  const v1::JoinToken& info = created.tokens(0).info();
  EXPECT_EQ(created.tokens(0).token().size(), 47u);
  EXPECT_EQ(info.identity(), kHost);
  EXPECT_EQ(info.profile(), "service");
  EXPECT_EQ(info.creator(), kOperator);
  EXPECT_EQ(info.uses(), 3u);
  EXPECT_EQ(info.uses_left(), 3u);
  EXPECT_EQ(info.expire_time().seconds() - info.create_time().seconds(), 60);
  EXPECT_FALSE(info.has_revoke_time());

  v1::ListJoinTokensResponse list;
  ASSERT_TRUE(List({}, &list).ok());
  ASSERT_EQ(list.tokens_size(), 1);
  EXPECT_EQ(list.tokens(0).SerializeAsString(), info.SerializeAsString());
  EXPECT_EQ(list.next_page_token(), "");

  v1::RevokeJoinTokensResponse revoked;
  ASSERT_TRUE(Revoke({info.id()}, &revoked).ok());
  ASSERT_EQ(revoked.tokens_size(), 1);
  EXPECT_EQ(revoked.tokens(0).revoker(), kOperator);
  EXPECT_EQ(revoked.tokens(0).revoke_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(JoinTokenServiceTest, WhatIsNotSaidHasItsDefault) {
  v1::CreateJoinTokensResponse created;
  ASSERT_TRUE(Create(For(1), &created).ok());
  const v1::JoinToken& info = created.tokens(0).info();
  EXPECT_EQ(info.uses(), 1u);
  EXPECT_EQ(info.expire_time().seconds() - info.create_time().seconds(), 600);
}

TEST_F(JoinTokenServiceTest, AListComesInPages) {
  v1::CreateJoinTokensResponse created;
  ASSERT_TRUE(Create(For(101), &created).ok());
  v1::ListJoinTokensRequest wanted;
  v1::ListJoinTokensResponse list;
  ASSERT_TRUE(List(wanted, &list).ok());
  EXPECT_EQ(list.tokens_size(), 100);
  wanted.set_page_token(list.next_page_token());
  ASSERT_TRUE(List(wanted, &list).ok());
  EXPECT_EQ(list.tokens_size(), 1);
  EXPECT_EQ(list.next_page_token(), "");
  wanted.clear_page_token();
  wanted.set_page_size(1000);
  ASSERT_TRUE(List(wanted, &list).ok());
  EXPECT_EQ(list.tokens_size(), 101);
  wanted.set_identity("spiffe://fleet.example/host/h7");
  ASSERT_TRUE(List(wanted, &list).ok());
  EXPECT_EQ(list.tokens_size(), 1);
}

TEST_F(JoinTokenServiceTest, WhatCannotBeAskedIsRefused) {
  v1::ListJoinTokensResponse list;
  v1::ListJoinTokensRequest too_many;
  too_many.set_page_size(1001);
  EXPECT_EQ(WireReason(List(too_many, &list)), "REQUEST_TOO_LARGE");
  v1::ListJoinTokensRequest odd_page;
  odd_page.set_page_token("odd");
  const grpc::Status odd = List(odd_page, &list);
  EXPECT_EQ(WireReason(odd), "CONFIG_INVALID");
  EXPECT_THAT(odd.error_message(), StartsWith("page_token"));

  v1::CreateJoinTokensResponse created;
  v1::CreateJoinTokensRequest no_lifetime = For(1);
  no_lifetime.mutable_lifetime()->set_nanos(-1);
  no_lifetime.mutable_lifetime()->set_seconds(1);
  EXPECT_EQ(WireReason(Create(no_lifetime, &created)), "LIFETIME_INVALID");
  EXPECT_EQ(WireReason(Create(For(0), &created)), "REQUEST_EMPTY");
  EXPECT_EQ(WireReason(Create(For(1001), &created)), "REQUEST_TOO_LARGE");
  v1::RevokeJoinTokensResponse revoked;
  EXPECT_EQ(WireReason(Revoke({"0123456789abcdef"}, &revoked)), "NOT_FOUND");
  EXPECT_EQ(WireReason(Revoke({}, &revoked)), "REQUEST_EMPTY");
}

TEST_F(JoinTokenServiceTest, WhoIsNobodyDoesNothingAndDoesNotWaitForTheStore) {
  store_.slow = true;
  const auto first = Begin(For(1), &JoinTokenService::CreateJoinTokens);
  const auto second = Begin(For(1), &JoinTokenService::CreateJoinTokens);
  // Both threads of the pool wait now, or will.
  v1::CreateJoinTokensResponse created;
  v1::ListJoinTokensResponse list;
  v1::RevokeJoinTokensResponse revoked;
  caller_reader_.Refuse();
  EXPECT_EQ(WireReason(Create(For(1), &created)), "CALLER_UNKNOWN");
  EXPECT_EQ(WireReason(List({}, &list)), "CALLER_UNKNOWN");
  EXPECT_EQ(WireReason(Revoke({"0123456789abcdef"}, &revoked)), "CALLER_UNKNOWN");
  EXPECT_FALSE(first->finished());
  store_.let_go.Notify();
  EXPECT_TRUE(first->WaitUntilDone().ok());
  EXPECT_TRUE(second->WaitUntilDone().ok());
}

TEST_F(JoinTokenServiceTest, AStoreThatCannotWriteAndAClockThatIsWrongAreSaid) {
  v1::CreateJoinTokensResponse created;
  store_.FailAppends(Unavailable(Reason::kStoreUnavailable, "no disk"));
  EXPECT_EQ(WireReason(Create(For(1), &created)), "STORE_UNAVAILABLE");
  store_.FailAppends(absl::OkStatus());
  FLEETCA_ASSERT_OK(store_.NoteTime(clock_.Now() + absl::Hours(1)));
  EXPECT_EQ(WireReason(Create(For(1), &created)), "CLOCK_REFUSED");
}

}  // namespace
}  // namespace fleetca::service
