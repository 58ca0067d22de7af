#include "client/cli/local/key_commands.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/cli/testing/local_command_fixture.h"
#include "client/objects/csr_maker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/csr_builder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class KeyCommandsTest : public LocalCommandTest {
 protected:
  Outcome Key(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "key");
    return RunCommand(std::move(arguments));
  }
  // A new key in the file.
  void Make(const std::string& name, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"new", "--out", Path(name)});
    const Outcome made = Key(std::move(more));
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
};

TEST_F(KeyCommandsTest, MakesKeysOfEachType) {
  for (const auto& [type, shown] :
       {std::pair("p256", "P-256"), std::pair("p384", "P-384"), std::pair("rsa2048", "RSA 2048"),
        std::pair("ed25519", "Ed25519")}) {
    const Outcome made =
        Key({"new", "--type", type, "--out", Path(absl::StrCat(type, ".key")), "-o", "json"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const auto json = nlohmann::json::parse(made.out);
    EXPECT_EQ(json["type"], shown);
    EXPECT_EQ(json["form"], "PKCS#8");
    EXPECT_EQ(json["encryption"], "");
    EXPECT_EQ(ModeOf(absl::StrCat(type, ".key")), 0600u);
  }
}

TEST_F(KeyCommandsTest, AKdfWithoutAPassphraseIsRefused) {
  const Outcome refused = Key({"new", "--kdf", "pbkdf2", "--out", Path("k")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--kdf is for a key that is encrypted"));
  EXPECT_FALSE(Exists("k"));
}

TEST_F(KeyCommandsTest, TheKeyAloneGoesToStandardOutput) {
  const Outcome made = Key({"new", "--out", "-"});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_TRUE(DecodePrivateKey(made.out, SecretBytes()).ok());
  EXPECT_EQ(Key({"new", "--out", "-", "-o", "json"}).exit_code, 2);
}

TEST_F(KeyCommandsTest, WhatIsThereIsNotReplacedWithoutForce) {
  Make("web.key");
  const std::string before = ReadFile(Path("web.key")).value();
  const Outcome again = Key({"new", "--out", Path("web.key")});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("--force replaces it"));
  EXPECT_EQ(ReadFile(Path("web.key")).value(), before);
  Make("web.key", {"--force"});
  EXPECT_NE(ReadFile(Path("web.key")).value(), before);
}

TEST_F(KeyCommandsTest, IsEncryptedAndDecrypted) {
  const std::string one = Write("one", "first\n");
  const std::string two = Write("two", "second\n");
  Make("clear.key");
  ASSERT_EQ(
      Key({"encrypt", Path("clear.key"), "--new-passphrase-file", one, "--out", Path("locked.key")})
          .exit_code,
      0);
  EXPECT_THAT(ReadFile(Path("locked.key")).value(),
              StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_EQ(ModeOf("locked.key"), 0600u);
  const Outcome changed =
      Key({"encrypt", Path("locked.key"), "--passphrase-file", one, "--new-passphrase-file", two,
           "--kdf", "pbkdf2", "--out", Path("locked.key"), "--force"});
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  EXPECT_THAT(changed.out, HasSubstr("PBKDF2"));
  const Outcome decrypted =
      Key({"decrypt", Path("locked.key"), "--passphrase-file", two, "--out", Path("again.key")});
  ASSERT_EQ(decrypted.exit_code, 0) << decrypted.err;
  EXPECT_THAT(decrypted.err, HasSubstr("in the clear, with mode 0600"));
  EXPECT_EQ(ModeOf("again.key"), 0600u);
  EXPECT_EQ(ReadFile(Path("again.key")).value(), ReadFile(Path("clear.key")).value());
}

TEST_F(KeyCommandsTest, ThePassphraseIsNeverWrittenOver) {
  const std::string old_one = Write("old", "first\n");
  const std::string new_one = Write("new", "second\n");
  Make("locked.key", {"--passphrase-file", old_one});
  const std::vector<std::string> encrypt = {"encrypt", Path("locked.key"),      "--passphrase-file",
                                            old_one,   "--new-passphrase-file", new_one,
                                            "--force"};
  const auto with_output = [](std::vector<std::string> arguments, const std::string& out) {
    arguments.insert(arguments.end(), {"--out", out});
    return arguments;
  };
  for (const std::vector<std::string>& arguments :
       {with_output({"new", "--passphrase-file", old_one, "--force"}, old_one),
        with_output(encrypt, old_one), with_output(encrypt, new_one),
        with_output({"decrypt", Path("locked.key"), "--passphrase-file", old_one, "--force"},
                    old_one)}) {
    const Outcome refused = Key(arguments);
    EXPECT_EQ(refused.exit_code, 1) << refused.out;
    EXPECT_THAT(refused.err, HasSubstr("are one file, which would be lost"));
  }
  EXPECT_EQ(ReadFile(old_one).value(), "first\n");
  EXPECT_EQ(ReadFile(new_one).value(), "second\n");
}

TEST_F(KeyCommandsTest, AWrongPassphraseWritesNothing) {
  Make("locked.key", {"--passphrase-file", Write("right", "right\n")});
  const Outcome refused = Key({"decrypt", Path("locked.key"), "--passphrase-file",
                               Write("wrong", "wrong\n"), "--out", Path("clear.key")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("the passphrase is wrong"));
  EXPECT_FALSE(Exists("clear.key"));
}

TEST_F(KeyCommandsTest, WhatItFitsMayStandBehindAKey) {
  const auto made = GeneratePrivateKey(KeyType::kP256);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto der = MakeCsr(made->get(), x509::kEmptyName, {});
  ASSERT_TRUE(der.ok()) << der.status();
  const SecretBytes pem = EncodePrivateKey(made->get()).value();
  const std::string key = Write("web.key", pem.view());
  const std::string both = Write(
      "both.pem", absl::StrCat(pem.view(), x509::EncodePem(x509::kPemCertificateRequest, *der)));
  const Outcome fits = Key({"inspect", key, "--fits", both});
  EXPECT_EQ(fits.exit_code, 0) << fits.err;
  const Outcome alone = Key({"inspect", key, "--fits", key});
  EXPECT_EQ(alone.exit_code, 1);
  EXPECT_THAT(alone.err, HasSubstr("it holds a private key, not a certificate"));
}

TEST_F(KeyCommandsTest, SaysWhatItFits) {
  const auto made = GeneratePrivateKey(KeyType::kP256);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto der = MakeCsr(made->get(), x509::kEmptyName, {});
  ASSERT_TRUE(der.ok()) << der.status();
  const std::string key = Write("web.key", EncodePrivateKey(made->get())->view());
  const std::string csr = Write("web.csr", x509::EncodePem(x509::kPemCertificateRequest, *der));
  const Outcome fits = Key({"inspect", key, "--fits", csr, "-o", "json"});
  EXPECT_EQ(fits.exit_code, 0) << fits.err;
  EXPECT_EQ(nlohmann::json::parse(fits.out)["fits"][0]["fits"], true);
  Make("other.key");
  const Outcome other = Key({"inspect", Path("other.key"), "--fits", csr});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.out, HasSubstr("NO, it is for another key"));
  EXPECT_THAT(other.err, HasSubstr(absl::StrCat("is not the key of ", csr)));
}

TEST_F(KeyCommandsTest, SaysWhenOthersMayReadAKey) {
  Make("web.key");
  EXPECT_THAT(Key({"inspect", Path("web.key")}).err, IsEmpty());
  ASSERT_EQ(chmod(Path("web.key").c_str(), 0644), 0);
  const Outcome said = Key({"inspect", Path("web.key")});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_THAT(said.err, HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace fleetca::client
