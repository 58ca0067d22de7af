// Into a database of NSS and out of it, by its own programs.
#include "client/cli/local/keystore_install.h"

#include <string>
#include <vector>

#include "client/cli/testing/local_command_fixture.h"
#include "client/trust_stores/nss_store.h"
#include "client/trust_stores/store_program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class KeystoreInstallTest : public LocalChainTest {
 protected:
  void SetUp() override {
    if (!FindStoreProgram({"pk12util", "libnss3-tools"}).ok()) {
      GTEST_SKIP() << "there is no pk12util";
    }
    Write("pass", "secret\n");
    MakeKeystore("web.p12", "web.pem");
    ASSERT_EQ(Do("install", "web.p12")["changed"], true);
    ASSERT_EQ(Keys().size(), 1);
  }

  // Of web.key, this certificate and the issuing CA's.
  void MakeKeystore(const std::string& file, const std::string& certificate) const {
    const Outcome made =
        RunCommand({"p12", "export", "--key", Path("web.key"), "--cert", Path(certificate),
                    "--chain", Path("issuing.pem"), "--name", "web", "--out", Path(file),
                    "--passphrase-file", Path("pass")});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  std::vector<std::string> Command(const std::string& verb, const std::string& keystore) const {
    return {"cert",       verb,       Path(keystore), "--p12-passphrase-file",
            Path("pass"), "--nss-db", Path("nssdb")};
  }
  nlohmann::json Do(const std::string& verb, const std::string& keystore) const {
    return Json(Command(verb, keystore));
  }

  std::vector<TrustStoreEntry> Keys() const {
    return MakeNssStore(Path("nssdb"), SecretBytes())->KeyEntries().value();
  }
  // What certutil says of the keys themselves, with or without certificates.
  std::string KeyTable() const {
    // It fails where there are none.
    return RunStoreProgram({"certutil", "libnss3-tools"}, {"-K", "-d", "sql:" + Path("nssdb")})
        .value_or("");
  }
};

TEST_F(KeystoreInstallTest, WhatWasInstalledIsThereAlready) {
  const nlohmann::json again = Do("install", "web.p12");
  EXPECT_EQ(again["changed"], false);
  EXPECT_EQ(again["places"], nlohmann::json::array({"web"}));
}

TEST_F(KeystoreInstallTest, TheKeyGoesWithItsCertificate) {
  EXPECT_THAT(KeyTable(), HasSubstr("web"));
  std::vector<std::string> dry_run = Command("uninstall", "web.p12");
  dry_run.push_back("--dry-run");
  EXPECT_THAT(RunCommand(dry_run).out, HasSubstr("It would be uninstalled"));
  EXPECT_EQ(Keys().size(), 1);
  const Outcome gone = RunCommand(Command("uninstall", "web.p12"));
  EXPECT_EQ(gone.exit_code, 0) << gone.err;
  EXPECT_THAT(gone.out, HasSubstr("It was uninstalled from the NSS database"));
  // What stays is said, with how it goes.
  EXPECT_THAT(gone.err, AllOf(HasSubstr("\"Issuing\""), HasSubstr("certutil -D -n \"Issuing\"")));
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_THAT(KeyTable(), Not(HasSubstr("web")));
  EXPECT_EQ(Do("uninstall", "web.p12")["changed"], false);
}

// It may be the only copy.
TEST_F(KeystoreInstallTest, ByTheCertificateAloneNoKeyGoes) {
  ExpectRefused({"cert", "uninstall", Path("web.pem"), "--nss-db", Path("nssdb")}, 1,
                "certutil -F -n \"web\" -d sql:");
  EXPECT_EQ(Keys().size(), 1);
}

TEST_F(KeystoreInstallTest, AnotherCertificateOfTheSameNameIsNotTakenForIt) {
  Write("renewed.pem", fleetca::testing::MakeByOpenSsl({.issuer = &issuing_,
                                                        .subject = &web_,
                                                        .not_before = absl::Now() - absl::Hours(1),
                                                        .not_after = absl::Now() + absl::Hours(9),
                                                        .extensions = {}})
                           .pem);
  MakeKeystore("renewed.p12", "renewed.pem");
  EXPECT_EQ(Do("uninstall", "renewed.p12")["changed"], false);
  EXPECT_EQ(Do("install", "renewed.p12")["changed"], true);
  ExpectRefused(Command("uninstall", "web.p12"), 1, "holds other certificates as well");
  EXPECT_EQ(Keys().size(), 2);
}

TEST_F(KeystoreInstallTest, FromAStoreOfRootsNothingGoes) {
  ExpectRefused(
      {"cert", "uninstall", Path("web.p12"), "--p12-passphrase-file", Path("pass"), "--root", "/"},
      1, "is for roots");
  ExpectRefused({"cert", "uninstall", Path("web.p12"), "--p12-passphrase-file", Path("pass"),
                 "--nss-db", Path("mistyped")},
                1, "look at its path");
}

}  // namespace
}  // namespace fleetca::client
