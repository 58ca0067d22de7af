#include "client/cli/local/verify_command.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class VerifyCommandTest : public LocalChainTest {
 protected:
  std::vector<std::string> Verify(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"cert",           "verify",      Path("web.pem"),    "--ca",
                                    Path("root.pem"), "--untrusted", Path("issuing.pem")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string Folder(const std::string& name) const {
    EXPECT_EQ(mkdir(Path(name).c_str(), 0700), 0);
    return Path(name);
  }
};

TEST_F(VerifyCommandTest, AGoodChainStepByStep) {
  const Outcome outcome = RunCommand(Verify({"--host", "web.fleet.example"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("ok: The certificate is for web.fleet.example"));
  EXPECT_THAT(outcome.out, HasSubstr("\nAccepted.\n"));
}

TEST_F(VerifyCommandTest, RootsAndIntermediatesMayLieInSeveralFiles) {
  const auto edge = Make("Edge", &issuing_);
  const auto leaf = Make("leaf", &edge, {{"basicConstraints", "critical,CA:FALSE"}});
  const nlohmann::json json =
      Json({"cert", "verify", Write("leaf.pem", leaf.pem), "--ca",
            Write("other.pem", Make("Other", nullptr).pem), "--ca", Path("root.pem"), "--untrusted",
            Path("issuing.pem"), "--untrusted", Write("edge.pem", edge.pem)});
  EXPECT_EQ(json["accepted"], true) << json;
  EXPECT_EQ(json["chain"].size(), 4);
}

TEST_F(VerifyCommandTest, Json) {
  const nlohmann::json json = Json(Verify());
  EXPECT_EQ(json["accepted"], true);
  EXPECT_EQ(json["failed_step"], nullptr);
  EXPECT_EQ(json["chain"].size(), 3);
  EXPECT_EQ(json["chain"][2]["subject"], "CN=Root");
}

TEST_F(VerifyCommandTest, ARefusalNamesTheStep) {
  const Outcome text = RunCommand(Verify({"--host", "other.example"}));
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.out, HasSubstr("Refused at the step \"Host\"."));
  const Outcome json = RunCommand(Verify({"--host", "other.example", "-o", "json"}));
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_EQ(nlohmann::json::parse(json.out)["failed_step"], "host");
}

// A root as openssl req -x509 makes it, and one of version 1.
TEST_F(VerifyCommandTest, ARootIsTakenAsItWasGiven) {
  for (const int version : {3, 1}) {
    const auto root = fleetca::testing::MakeByOpenSsl(
        {.common_name = "Plain root",
         .not_before = absl::Now() - absl::Hours(1),
         .not_after = absl::Now() + absl::Hours(24),
         .version = version,
         .extensions = version == 3 ? std::vector<std::pair<std::string, std::string>>(
                                          {{"basicConstraints", "critical,CA:TRUE"}})
                                    : std::vector<std::pair<std::string, std::string>>()});
    Write("plain.pem", root.pem);
    Write("below.pem", Make("below", &root, {{"keyUsage", "digitalSignature"}}).pem);
    const nlohmann::json json =
        Json({"cert", "verify", Path("below.pem"), "--ca", Path("plain.pem")});
    EXPECT_EQ(json["accepted"], true) << version;
    EXPECT_EQ(json["chain"][1]["subject"], "CN=Plain root") << version;
  }
}

// What was asked for and cannot be judged is not accepted.
TEST_F(VerifyCommandTest, AListedCertificateHasNoRoles) {
  const Outcome outcome =
      RunCommand({"cert", "verify", Path("web.pem"), "--ca", Path("web.pem"), "--purpose", "any",
                  "--trust-domain", "fleet.example", "--role", "admin", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 1);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["accepted"], false);
  EXPECT_EQ(json["failed_step"], "identity");
}

TEST_F(VerifyCommandTest, AGapNamesTheFlagsAndWhatCannotBeUsed) {
  const Outcome gap = RunCommand({"cert", "verify", Path("web.pem"), "--ca", Path("root.pem"),
                                  "--trust-domain", "fleet.example"});
  EXPECT_EQ(gap.exit_code, 1);
  EXPECT_THAT(gap.out, HasSubstr("is not there; give it by --ca if it is a root that you trust"));
  EXPECT_THAT(gap.out, HasSubstr("takes the caller for nobody"));
  const auto old = fleetca::testing::MakeByOpenSsl({.common_name = "Issuing",
                                                    .issuer = &root_,
                                                    .not_before = absl::Now() - absl::Hours(1),
                                                    .not_after = absl::Now() + absl::Hours(24),
                                                    .version = 1,
                                                    .extensions = {}});
  Write("old.pem", old.pem);
  const Outcome outcome = RunCommand({"cert", "verify", Path("web.pem"), "--ca", Path("root.pem"),
                                      "--untrusted", Path("old.pem")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("is there, but cannot be used: " + Path("old.pem")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("--untrusted")));
  EXPECT_THAT(outcome.err, HasSubstr("is left aside, as it cannot be used: " + Path("old.pem")));
}

// RFC 8446 section 4.4.2.2: an EC key signs.
TEST_F(VerifyCommandTest, AnEcKeyOfAServerNeedsDigitalSignature) {
  for (const char* usage : {"keyEncipherment", "keyAgreement"}) {
    Write("usage.pem", Make("usage", &root_, {{"keyUsage", usage}}).pem);
    const Outcome outcome = RunCommand(
        {"cert", "verify", Path("usage.pem"), "--ca", Path("root.pem"), "--purpose", "server"});
    EXPECT_EQ(outcome.exit_code, 1) << usage;
    EXPECT_THAT(outcome.out, HasSubstr("its keyUsage has no digitalSignature"));
  }
}

TEST_F(VerifyCommandTest, BadInput) {
  ExpectRefused({"cert", "verify", Path("absent"), "--ca", Path("root.pem")}, 1, Path("absent"));
  ExpectRefused({"cert", "verify", Write("junk", "junk"), "--ca", Path("root.pem")}, 1,
                Path("junk"));
  ExpectRefused({"cert", "verify", Path("web.pem"), "--ca", Path("web.key")}, 1, "private key");
  ExpectRefused({"cert", "verify", Path("web.pem"), "--ca", Folder("empty")}, 1,
                "holds no file with a certificate");
  ExpectRefused({"cert", "verify", "-", "--ca", "-"}, 2, "cannot both be standard input");
}

}  // namespace
}  // namespace fleetca::client
