// In a store of the test's folder; other programs' stores are in
// tests/integration/trust_store_test.
#include "client/cli/local/install_commands.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kStore[] = "system/usr/local/share/ca-certificates";

class InstallCommandsTest : public LocalChainTest {
 protected:
  InstallCommandsTest() { std::filesystem::create_directories(Path(kStore)); }

  nlohmann::json Do(const std::string& verb, const std::string& file) const {
    return Json({"cert", verb, file, "--root", Path("system"), "--dry-run"});
  }
};

TEST_F(InstallCommandsTest, SaysWhatItWouldDo) {
  const Outcome outcome =
      RunCommand({"cert", "install", Path("root.pem"), "--root", Path("system"), "--dry-run"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("It would be installed in Debian's store "));
  EXPECT_THAT(outcome.out, HasSubstr(Path(kStore) + "/Root-"));
  EXPECT_TRUE(std::filesystem::is_empty(Path(kStore)));
}

TEST_F(InstallCommandsTest, JsonOfOneThatIsThereAndOneThatIsNot) {
  const nlohmann::json absent = Do("install", Path("root.pem"));
  EXPECT_EQ(absent["would_change"], true);
  EXPECT_EQ(absent["changed"], false);
  EXPECT_EQ(absent["store"], "system");
  EXPECT_EQ(Do("uninstall", Path("root.pem"))["would_change"], false);
  Write(std::string(kStore) + "/mine.crt", root_.pem);
  EXPECT_EQ(Do("install", Path("root.pem"))["would_change"], false);
  // By its fingerprint as well.
  const nlohmann::json there = Do("uninstall", absent["sha256"].get<std::string>());
  EXPECT_EQ(there["would_change"], true);
  EXPECT_EQ(there["places"], nlohmann::json::array({Path(kStore) + "/mine.crt"}));
}

TEST_F(InstallCommandsTest, ARootMayBeOfVersion1) {
  const std::string pem =
      fleetca::testing::MakeByOpenSsl({.common_name = "Old root",
                                       .not_before = absl::Now() - absl::Hours(1),
                                       .not_after = absl::Now() + absl::Hours(1),
                                       .version = 1,
                                       .extensions = {}})
          .pem;
  EXPECT_EQ(Do("install", Write("old.pem", pem))["would_change"], true);
}

// Its programs may know more kinds of keys than a CA of ours certifies.
TEST_F(InstallCommandsTest, ARootMayHaveAnyKey) {
  ASSERT_EQ(std::system(absl::StrCat("openssl req -x509 -newkey ec -pkeyopt "
                                     "ec_paramgen_curve:P-521 -nodes -keyout ",
                                     Path("p521.key"), " -subj '/CN=Large root' -days 1 -out ",
                                     Path("p521.pem"), " 2>", Path("openssl.err"))
                            .c_str()),
            0);
  const nlohmann::json json = Do("install", Path("p521.pem"));
  EXPECT_EQ(json["would_change"], true);
  EXPECT_THAT(json["places"][0].get<std::string>(), HasSubstr("/Large-root-"));
}

TEST_F(InstallCommandsTest, BadInput) {
  const auto install = [this](const std::string& file) -> std::vector<std::string> {
    return {"cert", "install", file, "--root", Path("system"), "--dry-run"};
  };
  ExpectRefused(install(Path("web.pem")), 1, "not the certificate of a CA");
  ExpectRefused(install(Path("issuing.pem")), 1, "is not a root");
  ExpectRefused(install(Write("two.pem", root_.pem + issuing_.pem)), 1, "holds 2 certificates");
  ExpectRefused(install(Path("absent")), 1, Path("absent"));
  // The beginning of a PKCS#12 file.
  ExpectRefused(install(Write("web.p12", absl::HexStringToBytes(
                                             "308204b90201033082046706092a864886f70d010701"))),
                1, "is for roots");
  ExpectRefused({"cert", "install", Path("root.pem"), "--nss-db", Path("db"),
                 "--p12-passphrase-file", Path("pass")},
                2, "is for a PKCS#12 file");
  ExpectRefused({"cert", "uninstall", Path("root.pem"), "--nss-db", Path("mistyped")}, 1,
                "look at its path");
  ExpectRefused({"cert", "uninstall", Path("root.pem"), "--root", Path("mistyped"), "--dry-run"}, 1,
                "nothing to uninstall from");
  ExpectRefused({"cert", "install", Path("root.pem"), "--nss-db", Path("db"), "--root", "/"}, 2,
                "--root goes with --store system");
}

}  // namespace
}  // namespace fleetca::client
