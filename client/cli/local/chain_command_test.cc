#include "client/cli/local/chain_command.h"

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

using ChainCommandTest = LocalChainTest;

TEST_F(ChainCommandTest, InOrderAndWithoutTheRoot) {
  Write("mixed.pem", root_.pem + issuing_.pem + web_.pem);
  const Outcome fixed = RunCommand({"chain", "fix", Path("mixed.pem"), "--out", Path("chain.pem")});
  ASSERT_EQ(fixed.exit_code, 0) << fixed.err;
  EXPECT_EQ(Read("chain.pem"), web_.pem + issuing_.pem);
  EXPECT_EQ(RunCommand({"chain", "fix", Path("mixed.pem"), "--with-root"}).out,
            web_.pem + issuing_.pem + root_.pem);
}

TEST_F(ChainCommandTest, JsonOfOneThatIsCompleted) {
  const auto other = Make("Other", nullptr);
  Write("given.pem", web_.pem + other.pem);
  const nlohmann::json json = Json({"chain", "fix", Path("given.pem"), "--from",
                                    Path("issuing.pem"), "--from", Path("root.pem")});
  EXPECT_EQ(json["chain"][0]["subject"], "CN=web");
  EXPECT_EQ(json["chain"][1]["from"], Path("issuing.pem"));
  EXPECT_EQ(json["dropped"][0]["subject"], "CN=Other");
  EXPECT_EQ(json["root_left_out"], true);
}

TEST_F(ChainCommandTest, ARootOfVersion1EndsIt) {
  const auto root = fleetca::testing::MakeByOpenSsl({.common_name = "Old root",
                                                     .not_before = absl::Now() - absl::Hours(1),
                                                     .not_after = absl::Now() + absl::Hours(24),
                                                     .version = 1,
                                                     .extensions = {}});
  Write("old.pem", root.pem);
  const auto leaf = Make("leaf", &root, {{"keyUsage", "digitalSignature"}});
  Write("leaf.pem", leaf.pem);
  EXPECT_EQ(RunCommand({"chain", "fix", Path("leaf.pem"), "--from", Path("old.pem")}).out,
            leaf.pem);
}

// A server does not send its root.
TEST_F(ChainCommandTest, TheRootNeedNotBeThere) {
  Write("below.pem", issuing_.pem + web_.pem);
  const Outcome fixed = RunCommand({"chain", "fix", Path("below.pem")});
  EXPECT_EQ(fixed.exit_code, 0) << fixed.err;
  EXPECT_EQ(fixed.out, web_.pem + issuing_.pem);
  EXPECT_THAT(fixed.err, HasSubstr("\"CN=Root\", is not there"));
  const nlohmann::json json = Json({"chain", "fix", Path("below.pem")});
  EXPECT_EQ(json["issuer_not_seen"], "CN=Root");
  EXPECT_EQ(json["root_left_out"], false);
  ExpectRefused({"chain", "fix", Path("below.pem"), "--with-root"}, 1, "The chain has a gap");
  // A root of that name and another key is no root of this chain.
  Write("twin.pem", Make("Root", nullptr).pem);
  ExpectRefused({"chain", "fix", Path("below.pem"), "--from", Path("twin.pem")}, 1,
                "did not sign it");
}

// An expired path is not taken where another one is valid.
TEST_F(ChainCommandTest, OfCrossSignedWaysTheValidOneIsTaken) {
  const auto old_root =
      fleetca::testing::MakeByOpenSsl({.common_name = "Old root",
                                       .not_before = absl::Now() - absl::Hours(48),
                                       .not_after = absl::Now() - absl::Hours(24)});
  const auto cross = fleetca::testing::MakeByOpenSsl({.common_name = "",
                                                      .issuer = &old_root,
                                                      .subject = &issuing_,
                                                      .not_before = absl::Now() - absl::Hours(48),
                                                      .not_after = absl::Now() - absl::Hours(24)});
  Write("mess.pem", cross.pem + old_root.pem + web_.pem + issuing_.pem);
  EXPECT_EQ(RunCommand({"chain", "fix", Path("mess.pem")}).out, web_.pem + issuing_.pem);
}

TEST_F(ChainCommandTest, WhatCannotBeUsedIsNotTakenForAbsent) {
  const auto odd = fleetca::testing::MakeByOpenSsl({.common_name = "odd",
                                                    .issuer = &issuing_,
                                                    .not_before = absl::Now() - absl::Hours(1),
                                                    .not_after = absl::Now() + absl::Hours(24),
                                                    .curve = "secp256k1"});
  Write("odd.pem", odd.pem + issuing_.pem);
  ExpectRefused(
      {"chain", "fix", Path("odd.pem"), "--from", Path("root.pem")}, 1,
      "A certificate is there, but cannot be used, so nothing was written: certificate 1");
  const auto issuing = fleetca::testing::MakeByOpenSsl({.common_name = "Issuing",
                                                        .not_before = absl::Now() - absl::Hours(1),
                                                        .not_after = absl::Now() + absl::Hours(24),
                                                        .curve = "secp256k1"});
  Write("weak.pem", issuing.pem);
  ExpectRefused({"chain", "fix", Path("web.pem"), "--from", Path("weak.pem")}, 1,
                "is there, but cannot be used: " + Path("weak.pem"));
}

TEST_F(ChainCommandTest, BadInput) {
  ExpectRefused({"chain", "fix", Path("web.pem"), "--out", Path("chain.pem")}, 1,
                "The chain has a gap");
  EXPECT_FALSE(Exists("chain.pem"));
  ExpectRefused({"chain", "fix", Path("web.pem"), "--from", Path("absent")}, 1, Path("absent"));
  ExpectRefused({"chain", "fix", "-", "--from", "-"}, 2, "cannot both be standard input");
  ExpectRefused({"chain", "fix", Path("web.pem"), "--out", Path("web.pem")}, 1,
                "nothing was written");
}

}  // namespace
}  // namespace fleetca::client
