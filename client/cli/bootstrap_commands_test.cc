// `cert issue --bootstrap`, `bundle get --ca-sha256` and `bundle fingerprint`: what a new host
// runs.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "client/fingerprint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using testing::FakeServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kToken[] = "fcj_0123456789012345678901234567890123456789abc";

class BootstrapCommandsTest : public CommandsTest {
 protected:
  BootstrapCommandsTest() {
    server_.service().AcceptToken(kToken);
    stranger_.service().AcceptToken(kToken);
    token_file_ = Write("join.token", absl::StrCat(kToken, "\n"), 0600);
  }

  std::string Fingerprint() const { return FingerprintOf(server_.ca().root_der()); }

  Outcome Bootstrap(const std::string& address, std::vector<std::string> flags) {
    flags.insert(flags.begin(),
                 {"cert", "issue", "--bootstrap", address, "--token-file", token_file_});
    return RunCommand(std::move(flags));
  }

  std::vector<std::string> NewKey() const {
    return {"--new-key", "p256", "--key-out", Path("host.key"), "--out", Path("host.crt")};
  }

  static std::vector<std::string> And(std::vector<std::string> flags,
                                      const std::vector<std::string>& more) {
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
  }

  FakeServer stranger_;
  std::string token_file_;
};

TEST_F(BootstrapCommandsTest, ANewHostWithATokenAndAFingerprint) {
  const Outcome outcome =
      Bootstrap(server_.bootstrap_address(),
                And(NewKey(), {"--ca-sha256", absl::AsciiStrToUpper(Fingerprint()), "--bundle-out",
                               Path("roots.pem")}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, StartsWith("issued 01"));
  EXPECT_EQ(*ReadFile(Path("roots.pem")), server_.ca().root_pem());
  EXPECT_EQ(ModeOf("host.key"), 0600u);
  EXPECT_EQ(x509::DecodePem(x509::kPemCertificate, *ReadFile(Path("host.crt")))->size(), 2);
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].profile(), "");
  EXPECT_EQ(requests[0].identity(), "");
  // The first contact went without it.
  EXPECT_THAT(server_.service().authorizations(), ElementsAre(absl::StrCat("Bearer ", kToken)));
}

TEST_F(BootstrapCommandsTest, WithRootsFromAFileAndACsr) {
  const Outcome outcome = Bootstrap(
      server_.bootstrap_address(),
      {"--ca", Path("trust-bundle.pem"), "--csr", WriteCsr(), "--profile", "host", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["type"], "certificate");
  EXPECT_EQ(server_.service().requests()[0].profile(), "host");
}

// A key that its certificate is written over is lost, and the token with it.
TEST_F(BootstrapCommandsTest, OneFileInTwoSpellingsIsFoundBeforeTheTokenIsShown) {
  namespace fs = std::filesystem;
  fs::create_directory_symlink(server_.dir(), Path("way"));
  fs::create_symlink("host.key", Path("link"));
  fs::create_hard_link(token_file_, Path("hard"));
  ASSERT_TRUE(WriteFileAtomic(Path("other.key"), "-----BEGIN PRIVATE KEY-----", 0600).ok());
  const std::string token = *ReadFile(token_file_);
  const std::vector<std::vector<std::string>> clashes = {
      {"--key-out", server_.dir() + "/./host.key", "--out", Path("host.key")},
      {"--key-out", Path("way/host.key"), "--out", Path("host.key")},
      {"--key-out", Path("host.key"), "--out", Path("link")},
      {"--key-out", Path("host.key"), "--out", Path("host.crt"), "--bundle-out",
       Path("way/host.key")},
      {"--key-out", Path("host.key"), "--out", Path("host.crt"), "--bundle-out",
       Path("way/host.crt")},
      {"--key-out", Path("host.key"), "--out", token_file_},
      {"--key-out", Path("host.key"), "--out", Path("hard")},
      {"--key-out", Path("host.key"), "--out", Path("other.key")}};
  for (const std::vector<std::string>& files : clashes) {
    const Outcome outcome =
        Bootstrap(server_.bootstrap_address(),
                  And(And({"--new-key", "p256", "--ca-sha256", Fingerprint()}, files), {}));
    EXPECT_EQ(outcome.exit_code, 1) << files[3];
    EXPECT_THAT(outcome.err, ::testing::ContainsRegex("[Nn]othing was asked for yet")) << files[3];
    EXPECT_FALSE(Exists("host.key")) << files[3];
    EXPECT_EQ(*ReadFile(token_file_), token);
  }
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

// A token is good once: nothing that was mistyped may cost it.
TEST_F(BootstrapCommandsTest, OutputsAreProvedBeforeTheTokenIsShown) {
  ASSERT_TRUE(WriteFileAtomic(Path("old.key"), "old", 0600).ok());
  const std::vector<std::vector<std::string>> mistyped = {
      {"--key-out", Path("host.key"), "--out", Path("none/host.crt")},
      {"--key-out", Path("host.key"), "--out", server_.dir()},
      {"--key-out", Path("none/host.key"), "--out", Path("host.crt")},
      {"--key-out", Path("old.key"), "--out", Path("host.crt")},
      {"--key-out", Path("host.key"), "--out", Path("host.crt"), "--bundle-out",
       Path("none/roots.pem")}};
  for (const std::vector<std::string>& files : mistyped) {
    const Outcome outcome =
        Bootstrap(server_.bootstrap_address(),
                  And(And({"--new-key", "p256", "--ca-sha256", Fingerprint()}, files), {}));
    EXPECT_EQ(outcome.exit_code, 1) << files[3];
    EXPECT_THAT(outcome.err, HasSubstr("nothing was asked for yet"));
    EXPECT_FALSE(Exists("host.key"));
    EXPECT_FALSE(Exists("host.crt"));
  }
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  EXPECT_EQ(*ReadFile(Path("old.key")), "old");
}

TEST_F(BootstrapCommandsTest, AManInTheMiddleGetsNothing) {
  // With his own root, and with the true one.
  for (const std::string& root : {stranger_.ca().root_der(), server_.ca().root_der()}) {
    stranger_.service().ServeRoots({root});
    const Outcome outcome =
        Bootstrap(stranger_.bootstrap_address(), And(NewKey(), {"--ca-sha256", Fingerprint()}));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, HasSubstr(root == stranger_.ca().root_der()
                                           ? "Somebody may be between this host and the CA"
                                           : "does not chain to the roots"));
    EXPECT_THAT(outcome.err, Not(HasSubstr(kToken)));
    EXPECT_FALSE(Exists("host.key"));
    EXPECT_FALSE(Exists("host.key.pending"));
    EXPECT_FALSE(Exists("host.crt"));
  }
  EXPECT_THAT(stranger_.service().authorizations(), IsEmpty());
  EXPECT_THAT(stranger_.service().requests(), IsEmpty());
}

TEST_F(BootstrapCommandsTest, ATokenFileThatOthersReadIsRefused) {
  token_file_ = Write("open.token", kToken, 0644);
  const Outcome outcome =
      Bootstrap(server_.bootstrap_address(), And(NewKey(), {"--ca-sha256", Fingerprint()}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("chmod 0600"));
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(BootstrapCommandsTest, ARootThatCannotBeKeptCostsNoToken) {
  const Outcome outcome = Bootstrap(
      server_.bootstrap_address(),
      And(NewKey(), {"--ca-sha256", Fingerprint(), "--bundle-out", Path("no/such/roots.pem")}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no/such/roots.pem"));
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(BootstrapCommandsTest, ARefusedTokenIsSaid) {
  server_.service().AcceptToken("fcj_another");
  const Outcome outcome =
      Bootstrap(server_.bootstrap_address(), And(NewKey(), {"--ca-sha256", Fingerprint()}));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "fleetca: this token is of no use\n");
  EXPECT_FALSE(Exists("host.key"));
  EXPECT_FALSE(Exists("host.key.pending"));
}

TEST_F(BootstrapCommandsTest, UsageErrorsExitWith2AndAskNothing) {
  const std::string address = server_.bootstrap_address();
  const std::string csr = WriteCsr();
  const std::string ca = Path("trust-bundle.pem");
  const std::vector<std::vector<std::string>> mistakes = {
      {"--bootstrap", address, "--csr", csr, "--ca", ca},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_},
      {"--bootstrap", "localhost", "--csr", csr, "--token-file", token_file_, "--ca", ca},
      {"--bootstrap", address, "--csr", "-", "--token-file", "-", "--ca", ca},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--ca-sha256", "abc"},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--ca-sha256",
       Fingerprint(), "--ca", ca},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--ca", ca,
       "--bundle-out", Path("b")},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--ca", ca, "--server",
       address},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--dir", server_.dir()},
      {"--bootstrap", address, "--csr", csr, "--token-file", token_file_, "--ca", ca, "--cert", ca},
      {"--bootstrap", address, "--new-key", "p256", "--key-out", Path("b"), "--token-file",
       token_file_, "--ca-sha256", Fingerprint(), "--bundle-out", Path("b")},
  };
  for (std::vector<std::string> flags : mistakes) {
    flags.insert(flags.begin(), {"cert", "issue"});
    const Outcome outcome = RunCommand(flags);
    EXPECT_EQ(outcome.exit_code, 2) << ::testing::PrintToString(flags) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty()) << ::testing::PrintToString(flags);
    EXPECT_THAT(outcome.err, Not(IsEmpty())) << ::testing::PrintToString(flags);
  }
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(BootstrapCommandsTest, TheBundleByItsFingerprint) {
  const auto get = [&](const std::string& address, const std::vector<std::string>& flags) {
    return RunCommand(
        And({"bundle", "get", "--server", address, "--ca-sha256", Fingerprint()}, flags));
  };
  const Outcome pem = get(server_.bootstrap_address(), {});
  EXPECT_EQ(pem.exit_code, 0) << pem.err;
  EXPECT_EQ(pem.out, server_.ca().root_pem());
  EXPECT_EQ(pem.err, absl::StrCat("root with the SHA-256 ", Fingerprint(), "\n"));
  const auto json = nlohmann::json::parse(get(server_.bootstrap_address(), {"-o", "json"}).out);
  EXPECT_EQ(json["roots"][0]["sha256"], Fingerprint());
  // Nothing vouches for these.
  EXPECT_FALSE(json.contains("trust_domain"));
  EXPECT_FALSE(json.contains("version"));

  const Outcome stranger = get(stranger_.bootstrap_address(), {"--out", Path("roots.pem")});
  EXPECT_EQ(stranger.exit_code, 1);
  EXPECT_THAT(stranger.out, IsEmpty());
  EXPECT_THAT(stranger.err, HasSubstr("Somebody may be between this host and the CA"));
  EXPECT_FALSE(Exists("roots.pem"));
  EXPECT_EQ(get(server_.bootstrap_address(), {"--ca", "x"}).exit_code, 2);
  EXPECT_EQ(get(server_.bootstrap_address(), {"--dir", "x"}).exit_code, 2);
}

TEST_F(BootstrapCommandsTest, TheBundleInEachForm) {
  const Outcome pem = RunAtServer({"bundle", "get"}, {});
  EXPECT_EQ(pem.out, server_.ca().root_pem());
  EXPECT_THAT(pem.err, HasSubstr(Fingerprint()));
  const Outcome text = RunAtServer({"bundle", "get"}, {"-o", "text"});
  EXPECT_THAT(text.out, HasSubstr("  Trust domain    fleet.example\n"));
  EXPECT_THAT(text.out, HasSubstr(absl::StrCat("  SHA-256         ", Fingerprint(), "\n")));
  const auto json = nlohmann::json::parse(RunAtServer({"bundle", "get"}, {"-o", "json"}).out);
  EXPECT_EQ(json["trust_domain"], "fleet.example");
  EXPECT_EQ(json["roots"].size(), 1);
}

TEST_F(BootstrapCommandsTest, PrintsFingerprints) {
  const std::string both =
      Write("both.pem", absl::StrCat(server_.ca().root_pem(), stranger_.ca().root_pem()), 0644);
  const std::string other = FingerprintOf(stranger_.ca().root_der());
  const Outcome text = RunCommand({"bundle", "fingerprint", both});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_EQ(text.out, absl::StrCat(Fingerprint(), "\n", other, "\n"));
  const auto json =
      nlohmann::json::parse(RunCommand({"bundle", "fingerprint", both, "-o", "json"}).out);
  EXPECT_EQ(json[1]["sha256"], other);
  EXPECT_THAT(json[1]["subject"].get<std::string>(), HasSubstr("Test root"));
  for (const std::string& file : {WriteCsr(), Write("junk", "junk", 0644), Path("absent")}) {
    const Outcome outcome = RunCommand({"bundle", "fingerprint", file});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, HasSubstr(file));
  }
}

}  // namespace
}  // namespace fleetca::client
