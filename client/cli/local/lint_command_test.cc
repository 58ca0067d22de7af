#include "client/cli/local/lint_command.h"

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LintCommandTest : public LocalChainTest {
 protected:
  LintCommandTest() {
    // keyCertSign without cA (RFC 5280 section 4.2.1.9).
    Write("bad.pem", Make("bad", &root_, {{"keyUsage", "critical,keyCertSign"}}).pem);
  }
};

TEST_F(LintCommandTest, ACertificateThatBreaksARule) {
  const Outcome outcome = RunCommand({"cert", "lint", Path("bad.pem")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, StartsWith(Path("bad.pem") + ": "));
  EXPECT_THAT(outcome.out, HasSubstr("\n  error "));
}

TEST_F(LintCommandTest, Json) {
  ASSERT_EQ(RunCommand({"cert", "selfsign", "--name", "DNS:localhost", "--new-key", "p256",
                        "--key-out", Path("k"), "--out", Path("good.pem")})
                .exit_code,
            0);
  EXPECT_EQ(Json({"cert", "lint", Path("good.pem")})["clean"], true);
  const Outcome outcome = RunCommand({"cert", "lint", Path("bad.pem"), "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["clean"], false);
  EXPECT_EQ(json["certificates"][0]["name"], Path("bad.pem"));
  EXPECT_FALSE(json["certificates"][0]["findings"].empty());
}

TEST_F(LintCommandTest, TheRules) { EXPECT_GT(Json({"cert", "lint", "--rules"}).size(), 10); }

TEST_F(LintCommandTest, BadInput) {
  ExpectRefused({"cert", "lint"}, 2, "file is required");
  ExpectRefused({"cert", "lint", Write("empty", "")}, 1, Path("empty"));
  ExpectRefused({"cert", "lint", Path("web.key")}, 1, "private key");
}

}  // namespace
}  // namespace fleetca::client
