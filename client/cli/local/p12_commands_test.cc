#include "client/cli/local/p12_commands.h"

#include <string>
#include <utility>
#include <vector>

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class P12CommandsTest : public LocalChainTest {
 protected:
  P12CommandsTest() {
    Write("pass", "secret\n");
    Write("wrong", "other\n");
  }

  // `p12 export` of web.key into web.p12.
  std::vector<std::string> Export(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {
        "p12",           "export", "--key",         Path("web.key"),     "--cert",
        Path("web.pem"), "--out",  Path("web.p12"), "--passphrase-file", Path("pass")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::vector<std::string> Import(const std::string& passphrase,
                                  std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"p12", "import", Path("web.p12"), "--passphrase-file",
                                    Path(passphrase)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(P12CommandsTest, InAndOutAgain) {
  const Outcome made = RunCommand(Export({"--chain", Path("issuing.pem"), "--name", "web"}));
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(ModeOf("web.p12"), 0600);
  const Outcome taken =
      RunCommand(Import("pass", {"--key-out", Path("back.key"), "--cert-out", Path("back.pem"),
                                 "--chain-out", Path("chain.pem")}));
  ASSERT_EQ(taken.exit_code, 0) << taken.err;
  EXPECT_EQ(ModeOf("back.key"), 0600);
  EXPECT_EQ(Read("back.pem"), web_.pem);
  EXPECT_EQ(Read("chain.pem"), issuing_.pem);
  EXPECT_EQ(RunCommand({"key", "inspect", Path("back.key"), "--fits", Path("web.pem")}).exit_code,
            0);
}

TEST_F(P12CommandsTest, TheChainMayLieInSeveralFiles) {
  const std::vector<std::string> chain = {"--chain", Path("root.pem"), "--chain",
                                          Path("issuing.pem")};
  const nlohmann::json made = Json(Export(chain));
  ASSERT_EQ(made["issuers"].size(), 2);
  EXPECT_EQ(made["issuers"][0]["subject"], "CN=Issuing");
  EXPECT_EQ(made["issuers"][1]["subject"], "CN=Root");
  ExpectRefused(Export({"--chain", Path("root.pem"), "--chain", Path("absent"), "--force"}), 1,
                Path("absent"));
  ExpectRefused(Export({"--chain", "-", "--chain", "-"}), 2, "cannot both be standard input");
}

TEST_F(P12CommandsTest, Json) {
  const nlohmann::json made = Json(Export({"--chain", Path("issuing.pem"), "--name", "web"}));
  EXPECT_EQ(made["certificate"]["subject"], "CN=web");
  EXPECT_EQ(made["issuers"][0]["subject"], "CN=Issuing");
  const nlohmann::json found = Json(Import("pass"));
  EXPECT_EQ(found["keys"][0]["alias"], "web");
  EXPECT_EQ(found["weak"], false);
  ASSERT_EQ(found["certificates"].size(), 2);
  EXPECT_EQ(found["certificates"][0]["key"], "P-256");
}

TEST_F(P12CommandsTest, ACertificateOfVersion1IsToldAsCertInspectTellsIt) {
  const auto old = fleetca::testing::MakeByOpenSsl({.common_name = "Old",
                                                    .not_before = absl::Now() - absl::Hours(1),
                                                    .not_after = absl::Now() + absl::Hours(24),
                                                    .version = 1,
                                                    .extensions = {}});
  Write("web.key", old.key_pem);
  Write("web.pem", old.pem);
  ASSERT_EQ(RunCommand(Export()).exit_code, 0);
  const nlohmann::json found = Json(Import("pass"))["certificates"][0];
  const nlohmann::json inspected = Json({"cert", "inspect", Path("web.pem")})[0];
  for (const char* field : {"subject", "key", "not_after", "sha256", "not_accepted"}) {
    EXPECT_EQ(found[field], inspected[field]) << field;
  }
  EXPECT_EQ(found["subject"], "CN=Old");
}

// A slip of the pen must not cost a key that is nowhere else.
TEST_F(P12CommandsTest, AKeyIsNotWrittenOver) {
  ASSERT_EQ(RunCommand(Export()).exit_code, 0);
  const std::string keystore = Read("web.p12");
  Write("other.key", Make("other", nullptr).key_pem);
  const std::string other = Read("other.key");
  for (const char* flag : {"--cert-out", "--chain-out", "--bundle-out"}) {
    ExpectRefused(Import("pass", {flag, Path("other.key"), "--force"}), 1, "never written over");
    Write("other.p12", keystore);
    ExpectRefused(Import("pass", {flag, Path("other.p12"), "--force"}), 1, "never written over");
    EXPECT_EQ(Read("other.p12"), keystore);
  }
  ExpectRefused({"p12", "export", "--key", Path("web.key"), "--cert", Path("web.pem"),
                 "--passphrase-file", Path("pass"), "--out", Path("other.key"), "--force"},
                1, "never written over");
  EXPECT_EQ(Read("other.key"), other);
  EXPECT_EQ(RunCommand(Export({"--force"})).exit_code, 0) << "a keystore by another one";
}

TEST_F(P12CommandsTest, SaysWhatWasWritten) {
  ASSERT_EQ(RunCommand(Export()).exit_code, 0);
  const Outcome clear = RunCommand(Import("pass", {"--key-out", Path("a.key")}));
  EXPECT_THAT(clear.out, HasSubstr(Path("a.key")));
  EXPECT_THAT(clear.err, HasSubstr("in the clear"));
  const Outcome locked = RunCommand(Import(
      "pass", {"--key-out", Path("b.key"), "--key-passphrase-file", Path("pass"), "-o", "json"}));
  EXPECT_EQ(nlohmann::json::parse(locked.out)["written"], nlohmann::json({Path("b.key")}));
  EXPECT_THAT(locked.err, Not(HasSubstr("in the clear")));
}

TEST_F(P12CommandsTest, BadInputOfExport) {
  Write("web.key", Make("other", nullptr).key_pem);
  ExpectRefused(Export(), 1, "is not the key of the first certificate");
  Write("web.key", web_.key_pem);
  ExpectRefused(Export({"--chain", Path("root.pem")}), 1, "holds no issuer of the certificate");
  Write("web.p12", "there");
  ExpectRefused(Export(), 1, "nothing was written; --force replaces it");
  EXPECT_EQ(Read("web.p12"), "there");
}

TEST_F(P12CommandsTest, BadInputOfImport) {
  ASSERT_EQ(RunCommand(Export()).exit_code, 0);
  ExpectRefused(Import("wrong", {"--key-out", Path("back.key")}), 1, "passphrase");
  ExpectRefused(Import("pass", {"--chain-out", Path("chain.pem")}), 1,
                "no issuer of the certificate");
  EXPECT_FALSE(Exists("back.key"));
  ExpectRefused({"p12", "import", Path("web.pem"), "--passphrase-file", Path("pass")}, 1,
                Path("web.pem"));
  ExpectRefused({"p12", "import", "-", "--passphrase-file", "-"}, 2,
                "cannot both be standard input");
}

}  // namespace
}  // namespace fleetca::client
