#include "client/server_addresses.h"

#include <map>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Status kAway = Unavailable(Reason::kServerUnreachable, "nothing listens there");
const absl::Status kDraining =
    WithRetryDelay(Unavailable(Reason::kDraining, "the server is draining"), absl::Seconds(7));

// What each server says, and who was asked.
class ServerAddressesTest : public ::testing::Test {
 protected:
  absl::Status Try() {
    asked_.clear();
    return addresses_.Try([this](const std::string& address) {
      asked_.push_back(address);
      return says_[address];
    });
  }

  ServerAddresses addresses_{{"a", "b", "c"}, 0};
  std::map<std::string, absl::Status> says_;
  std::vector<std::string> asked_;
};

TEST_F(ServerAddressesTest, TheOneThatAnswersIsKept) {
  says_["a"] = kAway;
  EXPECT_TRUE(Try().ok());
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
  says_.clear();
  EXPECT_TRUE(Try().ok());
  EXPECT_THAT(asked_, ElementsAre("b"));
}

TEST_F(ServerAddressesTest, TheListHasNoEnd) {
  says_["a"] = says_["b"] = kAway;
  EXPECT_TRUE(Try().ok());
  says_ = {{"c", kDraining}};
  EXPECT_TRUE(Try().ok());
  EXPECT_THAT(asked_, ElementsAre("c", "a"));
}

TEST_F(ServerAddressesTest, ARefusalIsNotTakenToTheNextServer) {
  for (const absl::Status& refusal : {PermissionDenied(Reason::kCallerNotAllowed, "you may not"),
                                      ResourceExhausted(Reason::kQueueFull, "too busy")}) {
    says_["a"] = refusal;
    EXPECT_EQ(Try(), refusal);
    EXPECT_THAT(asked_, ElementsAre("a"));
  }
}

TEST_F(ServerAddressesTest, WhatIsNotTheCaIsPassedOver) {
  says_["a"] = FailedPrecondition(Reason::kServerIdentity, "another server");
  says_["b"] = Unimplemented(Reason::kServerUnreachable, "not this call");
  EXPECT_TRUE(Try().ok());
  EXPECT_THAT(asked_, ElementsAre("a", "b", "c"));
}

TEST_F(ServerAddressesTest, WhereNoneAnswersTheErrorIsOfOneThatSpoke) {
  says_ = {{"a", kAway}, {"b", kDraining}, {"c", kAway}};
  const absl::Status status = Try();
  EXPECT_THAT(asked_, ElementsAre("a", "b", "c"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetReason(status), Reason::kDraining);
  EXPECT_EQ(GetRetryDelay(status), absl::Seconds(7));
  EXPECT_THAT(std::string(status.message()), HasSubstr("none of the CA's 3 servers"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing listens there"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("draining"));
}

TEST(ServerAddresses, TheErrorOfAnOnlyServerIsItsOwn) {
  ServerAddresses one({"a"});
  EXPECT_EQ(one.Try([](const std::string&) { return kAway; }), kAway);
}

TEST(ServerAddresses, NoAddressIsAMistakeOfTheConfiguration) {
  ServerAddresses none({});
  EXPECT_EQ(GetReason(none.Try([](const std::string&) { return absl::OkStatus(); })),
            Reason::kConfigInvalid);
}

}  // namespace
}  // namespace fleetca::client
