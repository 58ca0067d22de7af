#include "bench/loadgen/make_plan.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

using testing::HasSubstr;

// What the command line comes to: the plan, or the sentence about it.
absl::StatusOr<LoadPlan> Parse(std::vector<std::string> arguments) {
  CLI::App app;
  LoadFlags flags;
  AddLoadFlags(app, &flags);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return MakePlan(flags);
}

void ExpectMistake(std::vector<std::string> arguments, const std::string& sentence) {
  arguments.insert(arguments.end(), {"--dir", "ca"});
  const absl::StatusOr<LoadPlan> plan = Parse(arguments);
  ASSERT_FALSE(plan.ok()) << sentence;
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr(sentence));
}

TEST(MakePlanTest, Defaults) {
  const absl::StatusOr<LoadPlan> plan = Parse({"unary", "--dir", "ca"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->shape, Shape::kUnary);
  EXPECT_EQ(plan->server, "127.0.0.1:8443");
  EXPECT_EQ(plan->files.ca_file, "ca/trust-bundle.pem");
  EXPECT_EQ(plan->files.certificate_file, "ca/admin.crt");
  EXPECT_EQ(plan->files.private_key_file, "ca/admin.key");
  EXPECT_EQ(plan->duration, absl::Seconds(10));
  EXPECT_EQ(plan->warm_up, absl::Seconds(2));
  EXPECT_EQ(plan->outstanding, 64u);
  EXPECT_EQ(plan->connections, 1u);
  EXPECT_EQ(plan->pool_size, 4096u);
  EXPECT_TRUE(plan->request_ids);
  EXPECT_FALSE(plan->rate.has_value());
  EXPECT_FALSE(plan->WantsLadder());
}

TEST(MakePlanTest, EveryFlag) {
  const absl::StatusOr<LoadPlan> plan = Parse({"batch",
                                               "--ca",
                                               "a",
                                               "--cert",
                                               "b",
                                               "--key",
                                               "c",
                                               "--server",
                                               "[::1]:1",
                                               "--batch",
                                               "7",
                                               "--rate",
                                               "12.5",
                                               "--arrivals",
                                               "poisson",
                                               "--warm-up",
                                               "0s",
                                               "--duration",
                                               "500ms",
                                               "--max-requests",
                                               "9",
                                               "--no-request-id",
                                               "--key-type",
                                               "rsa2048",
                                               "--pool",
                                               "p",
                                               "--trust-domain",
                                               "x.example",
                                               "--profile",
                                               "host",
                                               "--sample",
                                               "3",
                                               "--connections",
                                               "4",
                                               "--outstanding",
                                               "5",
                                               "--max-outstanding",
                                               "6",
                                               "--timeout",
                                               "3s"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->shape, Shape::kBatch);
  EXPECT_EQ(plan->files.certificate_file, "b");
  EXPECT_EQ(plan->files.private_key_file, "c");
  EXPECT_EQ(plan->batch, 7u);
  EXPECT_EQ(plan->rate, 12.5);
  EXPECT_EQ(plan->arrivals, Arrivals::kPoisson);
  EXPECT_EQ(plan->warm_up, absl::ZeroDuration());
  EXPECT_EQ(plan->duration, absl::Milliseconds(500));
  EXPECT_EQ(plan->max_requests, 9u);
  EXPECT_FALSE(plan->request_ids);
  EXPECT_EQ(plan->key, KeyType::kRsa2048);
  EXPECT_EQ(plan->pool_size, 256u);
  EXPECT_EQ(plan->pool_file, "p");
  EXPECT_EQ(plan->trust_domain, "x.example");
  EXPECT_EQ(plan->profile, "host");
  EXPECT_EQ(plan->sample, 3u);
  EXPECT_EQ(plan->connections, 4u);
  EXPECT_EQ(plan->outstanding, 5u);
  EXPECT_EQ(plan->max_outstanding, 6u);
  EXPECT_EQ(plan->timeout, absl::Seconds(3));
}

TEST(MakePlanTest, Ladders) {
  const absl::StatusOr<LoadPlan> plan =
      Parse({"unary", "--dir", "ca", "--ladder", "500:1.5:4", "--at-knee", "0.7"});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->ladder->start, 500);
  EXPECT_EQ(plan->ladder->factor, 1.5);
  EXPECT_EQ(plan->ladder->steps, 4);
  EXPECT_EQ(plan->at_knee, 0.7);
  EXPECT_TRUE(Parse({"unary", "--dir", "ca", "--ladder", "auto"})->automatic_ladder);
}

TEST(MakePlanTest, WhatComesAfterTheIssuing) {
  const absl::StatusOr<LoadPlan> renew = Parse({"renew", "--same-key", "--dir", "ca"});
  ASSERT_TRUE(renew.ok()) << renew.status();
  EXPECT_TRUE(renew->same_key);
  const absl::StatusOr<LoadPlan> revoke =
      Parse({"revoke", "--batch", "1000", "--max-requests", "5", "--warm-up", "0s", "--dir", "ca"});
  ASSERT_TRUE(revoke.ok()) << revoke.status();
  EXPECT_EQ(revoke->shape, Shape::kRevoke);
  EXPECT_EQ(revoke->batch, 1000u);
  const absl::StatusOr<LoadPlan> ocsp =
      Parse({"ocsp", "--http", "127.0.0.1:8080", "--post", "--nonce", "--dir", "ca"});
  ASSERT_TRUE(ocsp.ok()) << ocsp.status();
  EXPECT_EQ(ocsp->shape, Shape::kOcsp);
  EXPECT_EQ(ocsp->http_server, "127.0.0.1:8080");
  EXPECT_TRUE(ocsp->post);
  EXPECT_TRUE(ocsp->nonce);
}

TEST(MakePlanTest, MistakesAreSentences) {
  ExpectMistake({}, "shape");
  ExpectMistake({"tunary"}, "tunary");
  ExpectMistake({"unary", "--rate", "0"}, "--rate");
  ExpectMistake({"unary", "--rate", "nan"}, "--rate");
  ExpectMistake({"unary", "--rate", "fast"}, "number of calls per second");
  ExpectMistake({"unary", "--arrivals", "bursts"}, "bursts");
  ExpectMistake({"unary", "--duration", "2h"}, "at most 1h");
  ExpectMistake({"unary", "--duration", "0s"}, "--duration");
  ExpectMistake({"unary", "--duration", "inf"}, "--duration");
  ExpectMistake({"unary", "--warm-up", "-1s"}, "--warm-up");
  ExpectMistake({"unary", "--ladder", "500:1:4"}, "START:FACTOR:STEPS");
  ExpectMistake({"unary", "--ladder", "steep"}, "START:FACTOR:STEPS");
  ExpectMistake({"unary", "--at-knee", "0.7"}, "needs a --ladder");
  ExpectMistake({"unary", "--ladder", "auto", "--at-knee", "1.1"}, "--at-knee");
  ExpectMistake({"unary", "--ladder", "auto", "--rate", "5"}, "exclude each other");
  ExpectMistake({"mixed", "--bad-share", "0.6", "--lookup-share", "0.6"}, "more than 1");
  ExpectMistake({"renew", "--agents", "10", "--pool-size", "9"}, "--agents");
  ExpectMistake({"unary", "--same-key"}, "shape renew alone");
  ExpectMistake({"revoke", "--warm-up", "0s"}, "--max-requests");
  ExpectMistake({"revoke", "--max-requests", "5"}, "--warm-up 0s");
  ExpectMistake({"revoke", "--max-requests", "5", "--warm-up", "0s", "--batch", "10001"},
                "at most 10000");
  ExpectMistake({"ocsp"}, "--http HOST:PORT");
  ExpectMistake({"unary", "--nonce"}, "of shape ocsp alone");
  ExpectMistake({"unary", "--http", "127.0.0.1:8080"}, "of shape ocsp alone");
  ExpectMistake({"unary", "--key-type", "dsa"}, "dsa");
  ExpectMistake({"unary", "--server", "127.0.0.1"}, "has no port");
  EXPECT_THAT(std::string(Parse({"unary"}).status().message()), HasSubstr("--dir"));
}

TEST(MakePlanTest, LoadsNoOneElsesServer) {
  ExpectMistake({"unary", "--server", "ca.fleet.example:8443"}, "--i-own-this-server");
  ExpectMistake({"ocsp", "--http", "ca.fleet.example:80"}, "--i-own-this-server");
  EXPECT_TRUE(
      Parse({"unary", "--dir", "ca", "--server", "ca.fleet.example:8443", "--i-own-this-server"})
          .ok());
}

TEST(MakePlanTest, LoopbackIsLiteral) {
  for (const char* address : {"127.0.0.1:1", "127.255.0.3:1", "[::1]:1", "localhost:1"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address :
       {"10.0.0.1:1", "128.0.0.1:1", "127.0.0.1.example:1", "127.0.0.example:1", "127.0.0:1",
        "127.0.0.256:1", "localhost.example:1", "[::2]:1", "[::ffff:127.0.0.1]:1", "0.0.0.0:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace fleetca::loadgen
