#include "client/files/pkcs12_files.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "client/files/own_pkcs12.h"
#include "client/files/store_passphrase.h"
#include "client/files/testing/test_credential.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Pkcs12FilesTest : public testing::CredentialTest {
 protected:
  void SetUp() override {
    FLEETCA_ASSERT_OK_AND_ASSIGN(place_, FileGenerations::Open({.folder = Path("java")}));
  }

  absl::StatusOr<std::vector<PlacedFile>> Files(const Credential& credential,
                                                absl::string_view passphrase = "correct horse") {
    return MakePkcs12Files(credential, {.keystore = "key.p12", .truststore = "trust.p12"},
                           SecretBytes(passphrase), *place_);
  }

  // Whether it changed what is in force.
  bool Put(const Credential& credential, absl::string_view passphrase = "correct horse") {
    const auto files = Files(credential, passphrase);
    FLEETCA_EXPECT_OK(files);
    const auto changed = files.ok() ? place_->Put(*files) : files.status();
    FLEETCA_EXPECT_OK(changed);
    return changed.ok() && *changed;
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  // What another program says, its errors too.
  std::string Ask(const std::string& command) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(Path("passphrase"), "correct horse\n", 0600));
    std::FILE* const pipe =
        popen(absl::StrCat("cd ", folder_.path(), "; ", command, " 2>&1").c_str(), "r");
    std::string answer;
    char buffer[4096];
    for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
      absl::StrAppend(&answer, absl::string_view(buffer, size));
    }
    pclose(pipe);
    return answer;
  }

  const fleetca::testing::TemporaryFolder folder_;
  std::unique_ptr<FileGenerations> place_;
};

TEST_F(Pkcs12FilesTest, TheFilesHoldWhatWasAskedFor) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, Files(Made()));
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].mode, 0600u);
  EXPECT_EQ(files[1].mode, 0644u);
  const SecretBytes passphrase("correct horse");
  const auto keystore = ReadOwnPkcs12(files[0].contents.view(), passphrase);
  ASSERT_TRUE(keystore.has_value());
  EXPECT_NE(keystore->key_spki, "");
  EXPECT_THAT(keystore->certificates_der, ElementsAre(leaf_.der, issuing_.der));
  EXPECT_EQ(keystore->trusted, 0u);
  const auto truststore = ReadOwnPkcs12(files[1].contents.view(), passphrase);
  ASSERT_TRUE(truststore.has_value());
  EXPECT_EQ(truststore->key_spki, "");
  EXPECT_THAT(truststore->certificates_der, ElementsAre(root_.der, other_root_.der));
  EXPECT_EQ(truststore->trusted, 2u);
  EXPECT_FALSE(ReadOwnPkcs12(files[0].contents.view(), SecretBytes("wrong")).has_value());
}

TEST_F(Pkcs12FilesTest, WhatSaysTheSameIsNotTouched) {
  EXPECT_TRUE(Put(Made()));
  EXPECT_FALSE(Put(Made()));
  // As after a start of the agent.
  place_.reset();
  FLEETCA_ASSERT_OK_AND_ASSIGN(place_, FileGenerations::Open({.folder = Path("java")}));
  EXPECT_FALSE(Put(Made()));
}

TEST_F(Pkcs12FilesTest, WhateverDiffersIsWrittenAnew) {
  EXPECT_TRUE(Put(Made()));
  EXPECT_TRUE(Put(Made(), "another passphrase"));
  Credential credential = Made();
  credential.chain_der.clear();
  EXPECT_TRUE(Put(credential));
  credential.roots_der.pop_back();
  EXPECT_TRUE(Put(credential));
  const OpenSslCertificate next = Make("leaf", &issuing_);
  credential.private_key_pem = SecretBytes(next.key_pem);
  credential.certificate_der = next.der;
  EXPECT_TRUE(Put(credential));
  EXPECT_FALSE(Put(credential));
}

TEST_F(Pkcs12FilesTest, WhatIsNotOursIsNotRead) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, Files(Made()));
  const SecretBytes passphrase("correct horse");
  std::string octets(files[0].contents.view());
  EXPECT_FALSE(ReadOwnPkcs12("", passphrase).has_value());
  EXPECT_FALSE(ReadOwnPkcs12(std::string(size_t{2} << 20, 'x'), passphrase).has_value());
  for (size_t i = 0; i < octets.size(); i += 97) {
    std::string damaged = octets;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    EXPECT_FALSE(ReadOwnPkcs12(damaged, passphrase).has_value()) << i;
  }
}

TEST_F(Pkcs12FilesTest, AKeyOfAnotherCertificateAndNoRootAreRefused) {
  Credential credential = Made();
  credential.private_key_pem = SecretBytes(issuing_.key_pem);
  EXPECT_THAT(Files(credential),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  credential = Made();
  credential.roots_der.clear();
  EXPECT_THAT(Files(credential),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(Pkcs12FilesTest, OpensslReadsThem) {
  EXPECT_TRUE(Put(Made()));
  if (Ask("command -v openssl").empty()) {
    GTEST_SKIP() << "There is no openssl here to read the files with";
  }
  const std::string answer =
      Ask("openssl pkcs12 -in java/key.p12 -passin file:passphrase -nodes -info");
  EXPECT_THAT(answer, HasSubstr("-----BEGIN PRIVATE KEY-----"));
  EXPECT_THAT(answer, HasSubstr("friendlyName: fleetca"));
  EXPECT_THAT(answer, HasSubstr("MAC: sha256, Iteration 10000"));
  EXPECT_THAT(answer, HasSubstr("PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"));
  EXPECT_THAT(Ask("openssl pkcs12 -in java/trust.p12 -passin file:passphrase -nokeys"),
              HasSubstr("-----BEGIN CERTIFICATE-----"));
}

TEST_F(Pkcs12FilesTest, JavaReadsThem) {
  EXPECT_TRUE(Put(Made()));
  if (Ask("command -v keytool").empty()) {
    GTEST_SKIP() << "There is no keytool here to read the files with";
  }
  const std::string list =
      "keytool -J-Duser.language=en -list -storepass:file passphrase -keystore ";
  EXPECT_THAT(Ask(list + "java/key.p12"), HasSubstr("PrivateKeyEntry"));
  EXPECT_THAT(Ask(list + "java/key.p12 -v"), HasSubstr("Certificate chain length: 2"));
  const std::string trusted = Ask(list + "java/trust.p12");
  EXPECT_THAT(trusted, HasSubstr("contains 2 entries"));
  EXPECT_THAT(trusted, HasSubstr("trustedCertEntry"));
  EXPECT_THAT(trusted, Not(HasSubstr("PrivateKeyEntry")));
}

TEST_F(Pkcs12FilesTest, ThePassphraseIsTheFirstLine) {
  const auto read = [this](absl::string_view contents, mode_t mode = 0600) {
    FLEETCA_EXPECT_OK(WriteFileAtomic(Path("secret"), contents, mode));
    return ReadStorePassphrase(Path("secret"));
  };
  for (const char* good : {" a b ", " a b \n", " a b \r\nmore\n"}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const SecretBytes passphrase, read(good));
    EXPECT_EQ(passphrase.view(), " a b ");
  }
  for (const std::string& bad :
       {std::string(), std::string("\nsecond"), std::string("\xc3\xa4"), std::string(129, 'a')}) {
    EXPECT_THAT(read(bad),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kPassphraseInvalid));
  }
  EXPECT_THAT(read("a", 0644),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
}

}  // namespace
}  // namespace fleetca::client
