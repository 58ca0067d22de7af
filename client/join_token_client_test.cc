#include "client/join_token_client.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::CaClientTest;
using ::testing::ElementsAre;
using testing::ExpectAnswerInvalid;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kForbidden;

constexpr char kOne[] = "spiffe://fleet.example/host/one";
constexpr char kTwo[] = "spiffe://fleet.example/host/two";

class JoinTokenClientTest : public CaClientTest {
 protected:
  std::unique_ptr<JoinTokenClient> MakeClient() {
    absl::StatusOr<std::unique_ptr<JoinTokenClient>> client = JoinTokenClient::Create(Options());
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  static CreateTokensOptions Order() {
    CreateTokensOptions options;
    options.identities = {kOne, kTwo};
    options.profile = "host";
    return options;
  }
};

TEST_F(JoinTokenClientTest, CreatesInTheOrderOfTheIdentities) {
  CreateTokensOptions order = Order();
  order.lifetime = absl::Minutes(20);
  order.uses = 7;
  const auto created = MakeClient()->CreateTokens(order);
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_EQ(created->size(), 2);
  EXPECT_EQ((*created)[0].token.size(), 47);
  EXPECT_EQ((*created)[0].info.identity, kOne);
  EXPECT_EQ((*created)[1].info.identity, kTwo);
  EXPECT_EQ((*created)[1].info.id, "0000000000000001");
  EXPECT_EQ((*created)[1].info.profile, "host");
  EXPECT_EQ((*created)[1].info.creator, "spiffe://fleet.example/user/admin");
  EXPECT_EQ((*created)[1].info.expire_time - (*created)[1].info.create_time, absl::Minutes(20));
  EXPECT_EQ((*created)[1].info.uses_left, 7);
  EXPECT_FALSE((*created)[1].info.revoke_time.has_value());
  const auto requests = server_.join_tokens().create_requests();
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].lifetime().seconds(), 1200);
  EXPECT_EQ(requests[0].uses(), 7);
}

TEST_F(JoinTokenClientTest, RetriesWhatMayPassAndKeepsReasons) {
  server_.join_tokens().FailNext({kDraining});
  EXPECT_TRUE(MakeClient()->CreateTokens(Order()).ok());
  EXPECT_EQ(clock_.slept().size(), 1);
  EXPECT_FALSE(server_.join_tokens().create_requests()[0].has_lifetime());
  server_.join_tokens().FailNext({kForbidden});
  const absl::Status status = MakeClient()->CreateTokens(Order()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetReason(status), Reason::kCallerNotAllowed);
}

TEST_F(JoinTokenClientTest, ALifetimeIsWholePositiveSeconds) {
  CreateTokensOptions order = Order();
  for (const absl::Duration lifetime :
       {absl::ZeroDuration(), -absl::Seconds(1), absl::Milliseconds(1500)}) {
    order.lifetime = lifetime;
    const absl::Status status = MakeClient()->CreateTokens(order).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(GetReason(status), Reason::kLifetimeInvalid);
  }
  EXPECT_THAT(server_.join_tokens().create_requests(), IsEmpty());
}

TEST_F(JoinTokenClientTest, AnAnswerToAnotherQuestionIsNotUsed) {
  const auto client = MakeClient();
  const auto expect = [&](std::function<void(v1::CreateJoinTokensResponse*)> tamper,
                          absl::string_view what) {
    server_.join_tokens().Tamper(std::move(tamper));
    ExpectAnswerInvalid(client->CreateTokens(Order()).status(), what);
  };
  expect([](auto* response) { response->mutable_tokens()->RemoveLast(); }, "1 tokens for 2");
  expect([](auto* response) { response->mutable_tokens()->SwapElements(0, 1); },
         "another identity");
  expect([](auto* response) { response->mutable_tokens(0)->mutable_info()->set_profile("root"); },
         "profile");
  expect([](auto* response) { response->mutable_tokens(1)->set_token(""); }, "not a join token");
}

TEST_F(JoinTokenClientTest, ListsPageByPage) {
  const auto client = MakeClient();
  ASSERT_TRUE(client->CreateTokens(Order()).ok());
  server_.join_tokens().LimitPages(1);
  const auto first = client->ListTokens({}, "");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->tokens.size(), 1);
  EXPECT_EQ(first->tokens[0].identity, kOne);
  const auto second = client->ListTokens({}, first->next_page_token);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->tokens.size(), 1);
  EXPECT_EQ(second->tokens[0].identity, kTwo);
  EXPECT_EQ(second->next_page_token, "");
  // A page of nothing is not the last one.
  const auto of_two = client->ListTokens({kTwo, false}, "");
  ASSERT_TRUE(of_two.ok());
  EXPECT_THAT(of_two->tokens, IsEmpty());
  EXPECT_NE(of_two->next_page_token, "");
}

TEST_F(JoinTokenClientTest, RevokesAllOrNone) {
  const auto client = MakeClient();
  const auto created = client->CreateTokens(Order());
  ASSERT_TRUE(created.ok());
  const std::string id = (*created)[1].info.id;
  const absl::Status status = client->RevokeTokens({id, "ffffffffffffffff"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetReason(status), Reason::kNotFound);
  const auto revoked = client->RevokeTokens({id});
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  ASSERT_EQ(revoked->size(), 1);
  EXPECT_TRUE((*revoked)[0].revoke_time.has_value());
  EXPECT_EQ((*revoked)[0].revoker, "spiffe://fleet.example/user/admin");
  const auto usable = client->ListTokens({"", true}, "");
  ASSERT_TRUE(usable.ok());
  ASSERT_EQ(usable->tokens.size(), 1);
  EXPECT_EQ(usable->tokens[0].identity, kOne);
}

}  // namespace
}  // namespace fleetca::client
