#include "signer/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::signer {
namespace {

using ::testing::HasSubstr;

constexpr char kOpenSslTool[] = "/usr/bin/openssl";
constexpr char kPassphrase[] = "correct horse";

class KeyFileTest : public ::testing::Test {
 protected:
  KeyFileTest() { unsetenv("CREDENTIALS_DIRECTORY"); }

  std::string Make(absl::string_view name, absl::string_view contents, mode_t mode = 0600) const {
    const std::string path = absl::StrCat(folder_, "/", name);
    EXPECT_TRUE(WriteFileAtomic(path, contents, mode).ok());
    return path;
  }

  PassphraseSource FileWith(absl::string_view passphrase, mode_t mode = 0600) const {
    return {Make("passphrase", passphrase, mode), ""};
  }

  // A key file as WriteKeyFile makes it.
  std::string MakeKey() const {
    const std::string path = absl::StrCat(folder_, "/ca.key");
    EXPECT_TRUE(WriteKeyFile(path, key_.get(), SecretBytes(absl::string_view(kPassphrase))).ok());
    return path;
  }

  const EvpPkeyPtr key_ = GeneratePrivateKey(KeyType::kP256).value();
  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

template <typename T>
void ExpectRefused(const absl::StatusOr<T>& result, Reason reason, const std::string& text) {
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition) << result.status();
  EXPECT_EQ(GetReason(result.status()), reason) << result.status();
  EXPECT_THAT(std::string(result.status().message()), HasSubstr(text));
}

TEST_F(KeyFileTest, RoundTrip) {
  const std::string path = MakeKey();
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_THAT(ReadFile(path).value(),
              ::testing::StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  const absl::StatusOr<EvpPkeyPtr> key = ReadKeyFile({path, FileWith(kPassphrase)});
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(EncodePrivateKey(key->get())->view(), EncodePrivateKey(key_.get())->view());
}

TEST_F(KeyFileTest, AnExistingFileIsNeverOverwritten) {
  const std::string path = Make("ca.key", "precious");
  const absl::Status status =
      WriteKeyFile(path, key_.get(), SecretBytes(absl::string_view(kPassphrase)));
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_EQ(ReadFile(path).value(), "precious");
}

TEST_F(KeyFileTest, NoKeyIsWrittenWithoutAPassphrase) {
  const std::string path = absl::StrCat(folder_, "/ca.key");
  const absl::Status status = WriteKeyFile(path, key_.get(), SecretBytes());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kPassphraseInvalid);
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST_F(KeyFileTest, WrongPassphrase) {
  const std::string path = MakeKey();
  ExpectRefused(ReadKeyFile({path, FileWith("wrong")}), Reason::kPassphraseInvalid, path);
}

TEST_F(KeyFileTest, ErrorsNeverQuoteAPassphrase) {
  const std::string path = MakeKey();
  const absl::Status status = ReadKeyFile({path, FileWith("hunter2-wrong")}).status();
  EXPECT_THAT(std::string(status.ToString()), ::testing::Not(HasSubstr("hunter2")));
}

TEST_F(KeyFileTest, OneNewlineAtTheEndIsCutOff) {
  EXPECT_EQ(ReadPassphrase(FileWith("secret"))->view(), "secret");
  EXPECT_EQ(ReadPassphrase(FileWith("secret\n"))->view(), "secret");
  EXPECT_EQ(ReadPassphrase(FileWith("secret\r\n"))->view(), "secret");
  EXPECT_EQ(ReadPassphrase(FileWith("secret\n\n"))->view(), "secret\n");
  EXPECT_EQ(ReadPassphrase(FileWith(" secret \n"))->view(), " secret ");
  EXPECT_EQ(ReadPassphrase(FileWith("two\nlines"))->view(), "two\nlines");
}

// As Windows' editors save it.
TEST_F(KeyFileTest, AByteOrderMarkIsNoPartOfIt) {
  EXPECT_EQ(ReadPassphrase(FileWith("\xef\xbb\xbfsecret\r\n"))->view(), "secret");
  // Random octets are taken as they are.
  EXPECT_EQ(ReadPassphrase(FileWith("\xff\xfe\xfd\xfc"))->view(), "\xff\xfe\xfd\xfc");
}

TEST_F(KeyFileTest, Utf16IsCalledThat) {
  const std::string text("\xff\xfes\0e\0c\0", 8);
  ExpectRefused(ReadPassphrase(FileWith(text)), Reason::kPassphraseInvalid, "UTF-16");
}

TEST_F(KeyFileTest, EmptyPassphrase) {
  for (const char* contents : {"", "\n", "\r\n"}) {
    ExpectRefused(ReadPassphrase(FileWith(contents)), Reason::kPassphraseInvalid, "is empty");
  }
}

TEST_F(KeyFileTest, PassphraseFileThatOthersCanRead) {
  for (const mode_t mode : {0644, 0604}) {
    ExpectRefused(ReadPassphrase(FileWith(kPassphrase, mode)), Reason::kFilePermissions,
                  "chmod 0600");
  }
}

TEST_F(KeyFileTest, MissingFiles) {
  const std::string none = absl::StrCat(folder_, "/none");
  ExpectRefused(ReadPassphrase({none, ""}), Reason::kFileMissing, none);
  ExpectRefused(ReadKeyFile({none, FileWith(kPassphrase)}), Reason::kFileMissing, none);
}

TEST_F(KeyFileTest, KeyFileThatOthersCanRead) {
  const std::string path = MakeKey();
  for (const mode_t mode : {0644, 0604, 0620}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    ExpectRefused(ReadKeyFile({path, FileWith(kPassphrase)}), Reason::kFilePermissions, path);
  }
}

TEST_F(KeyFileTest, AnUnencryptedKeyIsRefusedWithHowToEncryptIt) {
  const std::string path = Make("clear.key", EncodePrivateKey(key_.get())->view());
  const absl::StatusOr<EvpPkeyPtr> key = ReadKeyFile({path, FileWith(kPassphrase)});
  ExpectRefused(key, Reason::kFileInvalid, path);
  ExpectRefused(key, Reason::kFileInvalid, "openssl pkcs8 -topk8");
}

TEST_F(KeyFileTest, WhatIsNoKeyIsRefused) {
  for (const char* contents : {"", "no key", "-----BEGIN CERTIFICATE-----\nMAA=\n"}) {
    ExpectRefused(ReadKeyFile({Make("odd", contents), FileWith(kPassphrase)}), Reason::kFileInvalid,
                  "odd");
  }
}

TEST_F(KeyFileTest, ExactlyOneSource) {
  ExpectRefused(ReadPassphrase({"", ""}), Reason::kConfigInvalid, "neither is set");
  ExpectRefused(ReadPassphrase({"/a", "b"}), Reason::kConfigInvalid, "both are set");
  ExpectRefused(ReadKeyFile({MakeKey(), {"", ""}}), Reason::kConfigInvalid, "neither is set");
}

TEST_F(KeyFileTest, SystemdCredential) {
  const std::string path = MakeKey();
  setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  Make("ca-passphrase", absl::StrCat(kPassphrase, "\n"), 0400);
  EXPECT_EQ(ReadPassphrase({"", "ca-passphrase"})->view(), kPassphrase);
  EXPECT_TRUE(ReadKeyFile({path, {"", "ca-passphrase"}}).ok());
  // systemd's ACL for the service's user shows like this.
  Make("ca-passphrase", kPassphrase, 0440);
  EXPECT_EQ(ReadPassphrase({"", "ca-passphrase"})->view(), kPassphrase);
  Make("ca-passphrase", kPassphrase, 0444);
  ExpectRefused(ReadPassphrase({"", "ca-passphrase"}), Reason::kFilePermissions, "ca-passphrase");
  ExpectRefused(ReadPassphrase({"", "none"}), Reason::kFileMissing, "none");
  Make("empty", "\n", 0400);
  ExpectRefused(ReadPassphrase({"", "empty"}), Reason::kPassphraseInvalid, "empty");
}

TEST_F(KeyFileTest, ACredentialsNameLeadsNowhereElse) {
  Make("passphrase", kPassphrase);
  ASSERT_EQ(mkdir(absl::StrCat(folder_, "/credentials").c_str(), 0700), 0);
  setenv("CREDENTIALS_DIRECTORY", absl::StrCat(folder_, "/credentials").c_str(), 1);
  for (const std::string& name :
       {std::string("../passphrase"), std::string(".."), std::string("."), std::string("/etc/key"),
        std::string("a/b"), std::string("passphrase\0x", 12)}) {
    ExpectRefused(ReadPassphrase({"", name}), Reason::kConfigInvalid, "systemd credential");
  }
}

TEST_F(KeyFileTest, ACredentialWithoutSystemd) {
  ExpectRefused(ReadPassphrase({"", "name"}), Reason::kConfigInvalid, "LoadCredential=name");
  setenv("CREDENTIALS_DIRECTORY", "", 1);
  ExpectRefused(ReadPassphrase({"", "name"}), Reason::kConfigInvalid, "LoadCredential=name");
}

TEST_F(KeyFileTest, AKeyFileOfTheOpenSslToolIsAccepted) {
  if (access(kOpenSslTool, X_OK) != 0) {
    GTEST_SKIP() << "There is no openssl command.";
  }
  const PassphraseSource passphrase = FileWith(kPassphrase);
  const std::string path = absl::StrCat(folder_, "/openssl.key");
  const std::string command =
      absl::StrCat(kOpenSslTool, " genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384",
                   " -aes-256-cbc -pass file:", passphrase.file, " -out ", path);
  ASSERT_EQ(std::system(command.c_str()), 0);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const absl::StatusOr<EvpPkeyPtr> key = ReadKeyFile({path, passphrase});
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(EVP_PKEY_get_bits(key->get()), 384);
}

}  // namespace
}  // namespace fleetca::signer
