#include "base/named_paths.h"

#include "base/errors.h"
#include "base/exit_status.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

class NamedPathsTest : public testing::Test {
 protected:
  NamedPathsTest() { ForgetNamedPaths(); }
  ~NamedPathsTest() override { ForgetNamedPaths(); }
};

TEST_F(NamedPathsTest, ThePathThatASentenceNamesHasItsName) {
  NamePath("web.key", "--key-out");
  NamePath("/etc/a b/roots.pem", "--ca");
  EXPECT_EQ(NameOfPathIn("Cannot write web.key: File exists"), "--key-out");
  EXPECT_EQ(NameOfPathIn("web.key holds a secret"), "--key-out");
  EXPECT_EQ(NameOfPathIn("no root is in /etc/a b/roots.pem"), "--ca");
  EXPECT_EQ(NameOfPathIn("Cannot write my-web.key: File exists"), "");
  EXPECT_EQ(NameOfPathIn("Cannot write web.keys: File exists"), "");
  EXPECT_EQ(NameOfPathIn("there is a context \"web.key\" already"), "");
  EXPECT_EQ(NameOfPathIn(""), "");
}

TEST_F(NamedPathsTest, WhatIsBelowOrBesideAPathHasItsName) {
  NamePath("ca", "--dir");
  NamePath("out/", "--out-dir");
  NamePath("web.key", "--key-out");
  EXPECT_EQ(NameOfPathIn("Cannot read ca/admin.crt: No such file"), "--dir");
  EXPECT_EQ(NameOfPathIn("Cannot write out/web.crt: No such file"), "--out-dir");
  EXPECT_EQ(NameOfPathIn("Cannot read web.key.pending: Permission denied"), "--key-out");
  EXPECT_EQ(NameOfPathIn("Cannot read cat: No such file"), "");
}

TEST_F(NamedPathsTest, TheFirstPathAndTheLongestGoFirst) {
  NamePath("ca", "--config");
  NamePath("ca/issuing.key", "issuer.key.file.path");
  NamePath("b.crt", "--cert");
  EXPECT_EQ(NameOfPathIn("Cannot read ca/issuing.key: Permission denied"), "issuer.key.file.path");
  EXPECT_EQ(NameOfPathIn("b.crt is not in ca"), "--cert");
}

TEST_F(NamedPathsTest, TheFirstNameOfAPathStays) {
  NamePath("db.key", "--key-out");
  NamePath("db.key", "--key");
  NamePath("", "--out");
  EXPECT_EQ(NameOfPathIn("Cannot read db.key: No such file"), "--key-out");
}

TEST_F(NamedPathsTest, AnErrorAboutAFileBlamesTheFlag) {
  NamePath("web.csr", "--csr");
  EXPECT_EQ(BlamedField(FailedPrecondition(Reason::kFileMissing, "Cannot read web.csr: gone")),
            "--csr");
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kFileInvalid, "csr", "web.csr: it is empty")),
            "--csr");
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kCsrMalformed, "csr", "web.csr: it is no CSR")),
            "--csr");
  // A server's words, about what it was sent.
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kCsrMalformed, "csr", "it is no CSR")), "csr");
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kCsrVersion, "csr.version", "web.csr: version 2")),
            "csr.version");
  EXPECT_EQ(BlamedField(FailedPrecondition(Reason::kFileMissing, "Cannot read a.crt: gone")), "");
  EXPECT_EQ(BlamedField(absl::AbortedError("web.csr")), "");
}

TEST_F(NamedPathsTest, AConfigurationIsBlamedWhereNoFieldIs) {
  NamePath("fleetca.textproto", "--config");
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kConfigInvalid, "", "fleetca.textproto:1: what")),
            "--config");
  EXPECT_EQ(BlamedField(InvalidArgument(Reason::kConfigInvalid, "store.path",
                                        "fleetca.textproto:1: store.path: is missing")),
            "store.path");
}

TEST_F(NamedPathsTest, AnErrorThatIsJsonNamesTheFlag) {
  NamePath("web.key", "--key-out");
  SetErrorForm(ErrorForm::kJson);
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportStatus(AlreadyExists(Reason::kFileInvalid, "", "Cannot write web.key: exists")),
            1);
  SetErrorForm(ErrorForm::kText);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"ALREADY_EXISTS\", \"reason\": \"FILE_INVALID\", \"field\": "
            "\"--key-out\", \"message\": \"Cannot write web.key: exists\"}\n");
}

}  // namespace
}  // namespace fleetca
