#include "client/files/credential_files.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "client/files/file_generations.h"
#include "client/files/testing/test_credential.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CredentialFilesTest : public testing::CredentialTest {
 protected:
  static CredentialFileOptions Everything() {
    CredentialFileOptions options;
    options.private_key = "tls.key";
    options.certificate = "tls.crt";
    options.combined = "tls.pem";
    return options;
  }
};

TEST_F(CredentialFilesTest, WhatWasWrittenIsReadBack) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, MakeCredentialFiles(Made(), Everything()));
  for (const PlacedFile& file : files) {
    if (file.name == "trust-bundle.pem" || file.name == "tls.key") {
      continue;
    }
    const absl::StatusOr<Credential> read = ParseCredentialFile(file.contents.view());
    FLEETCA_ASSERT_OK(read);
    EXPECT_EQ(read->certificate_der, leaf_.der) << file.name;
    EXPECT_THAT(read->chain_der, ElementsAre(issuing_.der)) << file.name;
    EXPECT_EQ(read->private_key_pem.empty(), file.name == "tls.crt");
    if (file.name != "tls.crt") {
      FLEETCA_EXPECT_OK(DecodePrivateKey(read->private_key_pem.view(), SecretBytes()));
    }
  }
}

TEST_F(CredentialFilesTest, AFileWithoutACertificateIsNone) {
  for (const char* text : {"", "-----BEGIN CERTIFICATE-----\nAAAA", "-----END CERTIFICATE-----",
                           "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"}) {
    EXPECT_FALSE(ParseCredentialFile(text).ok()) << text;
  }
  EXPECT_FALSE(ParseCredentialFile(leaf_.key_pem).ok());
}

TEST_F(CredentialFilesTest, EachFileHasItsPartsInTheirOrder) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, MakeCredentialFiles(Made(), Everything()));
  ASSERT_EQ(files.size(), 5u);
  const std::string certificates = absl::StrCat(x509::EncodePem("CERTIFICATE", leaf_.der),
                                                x509::EncodePem("CERTIFICATE", issuing_.der));
  const std::string key(files[1].contents.view());
  EXPECT_THAT(key, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  FLEETCA_EXPECT_OK(DecodePrivateKey(key, SecretBytes()));

  EXPECT_EQ(files[0].name, "credential-bundle.pem");
  EXPECT_EQ(files[0].contents.view(), key + certificates);
  EXPECT_EQ(files[1].name, "tls.key");
  EXPECT_EQ(files[2].name, "tls.crt");
  EXPECT_EQ(files[2].contents.view(), certificates);
  EXPECT_EQ(files[3].name, "tls.pem");
  EXPECT_EQ(files[3].contents.view(), certificates + key);
  EXPECT_EQ(files[4].name, "trust-bundle.pem");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto roots,
                               x509::DecodePem("CERTIFICATE", files[4].contents.view()));
  EXPECT_THAT(roots, ElementsAre(root_.der, other_root_.der));
}

TEST_F(CredentialFilesTest, WhatHasTheKeyIsClosedToOthers) {
  CredentialFileOptions options = Everything();
  options.secret_mode = 0640;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, MakeCredentialFiles(Made(), options));
  for (const PlacedFile& file : files) {
    EXPECT_EQ(file.mode, absl::StrContains(file.contents.view(), "PRIVATE KEY") ? 0640u : 0644u)
        << file.name;
  }
  for (const mode_t mode : {0644, 0660, 0604}) {
    options.secret_mode = mode;
    EXPECT_THAT(MakeCredentialFiles(Made(), options), IsInvalid(Reason::kConfigInvalid, ""));
  }
}

TEST_F(CredentialFilesTest, AKeyOfAnotherCertificateIsRefused) {
  Credential credential = Made();
  credential.private_key_pem = SecretBytes(issuing_.key_pem);
  const auto files = MakeCredentialFiles(credential, {});
  EXPECT_THAT(files, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(files.status().message(), HasSubstr("not the key of the certificate"));
  credential.private_key_pem = SecretBytes("no key");
  EXPECT_FALSE(MakeCredentialFiles(credential, {}).ok());
  credential = Made();
  credential.certificate_der.pop_back();
  EXPECT_FALSE(MakeCredentialFiles(credential, {}).ok());
}

TEST_F(CredentialFilesTest, ThereIsAFileAndNoneIsEmpty) {
  Credential credential = Made();
  credential.roots_der.clear();
  EXPECT_THAT(MakeCredentialFiles(credential, {}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(MakeCredentialFiles(Made(), {.credential_bundle = "", .trust_bundle = ""}),
              IsInvalid(Reason::kConfigInvalid, ""));
}

TEST_F(CredentialFilesTest, TheFilesCanBePutInPlace) {
  const fleetca::testing::TemporaryFolder folder;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto place,
                               FileGenerations::Open({.folder = folder.path() + "/web"}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, MakeCredentialFiles(Made(), Everything()));
  FLEETCA_ASSERT_OK(place->Put(files));
  // Made anew of the same key and certificates, they are the same octets.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto again, MakeCredentialFiles(Made(), Everything()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, place->Put(again));
  EXPECT_FALSE(changed);
}

}  // namespace
}  // namespace fleetca::client
