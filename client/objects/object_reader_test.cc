#include "client/objects/object_reader.h"

#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ObjectReaderTest : public ::testing::Test {
 protected:
  static OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = absl::Now() - absl::Hours(1),
                          .not_after = absl::Now() + absl::Hours(1)});
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }

  // What the openssl program, which knows nothing of our code, writes to the file `out` for files
  // "root.pem", "leaf.pem" and "leaf.key".
  std::string ByOpenSsl(const std::string& arguments) const {
    EXPECT_TRUE(WriteFileAtomic(Path("root.pem"), root_.pem, 0644).ok());
    EXPECT_TRUE(WriteFileAtomic(Path("leaf.pem"), leaf_.pem, 0644).ok());
    EXPECT_TRUE(WriteFileAtomic(Path("leaf.key"), leaf_.key_pem, 0644).ok());
    const std::string command = absl::StrCat("cd ", folder_.path(), " && echo text > text && ",
                                             "openssl ", arguments, " 2>errors >out");
    EXPECT_EQ(std::system(command.c_str()), 0) << command << *ReadFile(Path("errors"));
    return *ReadFile(Path("out"));
  }

  void ExpectRefused(const std::string& contents, const std::string& sentence) const {
    const auto ders = ReadCertificates(contents);
    EXPECT_THAT(ders.status(), IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
    EXPECT_THAT(std::string(ders.status().message()), HasSubstr(sentence));
  }

  void ExpectBoth(const std::string& contents) const {
    const auto ders = ReadCertificates(contents);
    ASSERT_TRUE(ders.ok()) << ders.status();
    EXPECT_THAT(*ders, ::testing::UnorderedElementsAre(leaf_.der, root_.der));
  }

  const fleetca::testing::TemporaryFolder folder_;
  const OpenSslCertificate root_ = Make("Root", nullptr);
  const OpenSslCertificate leaf_ = Make("Leaf", &root_);
};

TEST_F(ObjectReaderTest, SaysWhatTheFileIsWrappedIn) {
  ExpectRefused(absl::Base64Escape(leaf_.pem), "it is base64 of PEM");
  ExpectRefused(absl::Base64Escape(leaf_.der) + "\n", "it is base64 of DER");
  ExpectRefused(absl::StrReplaceAll(leaf_.pem, {{"\n", " "}}), "joined to one");
  ExpectRefused(absl::StrReplaceAll(leaf_.pem, {{"\n", "\\n"}}), "written out");
  ExpectRefused("\xfe\xed\xfe\xed rest", "(JKS)");
  ExpectRefused("\xce\xce\xce\xce rest", "(JCEKS)");
  // Letters that are base64 of nothing.
  ExpectRefused("hello", "neither PEM nor DER");
}

TEST_F(ObjectReaderTest, PassesOverALineEndAfterDer) {
  ExpectBoth(absl::StrCat(leaf_.der, root_.der, "\r\n"));
  ExpectRefused(absl::StrCat(leaf_.der, "\n\n"), "is not DER");
}

TEST_F(ObjectReaderTest, PemWithAnythingAroundIt) {
  const std::string text = absl::StrCat("subject: leaf\n", leaf_.pem, "\nissuer: root\n",
                                        leaf_.key_pem, "  ", root_.pem, "the end");
  const auto objects = FindObjects(text);
  ASSERT_TRUE(objects.ok()) << objects.status();
  ASSERT_EQ(objects->size(), 3);
  EXPECT_EQ((*objects)[0].kind, ObjectKind::kCertificate);
  EXPECT_EQ((*objects)[0].der, leaf_.der);
  EXPECT_EQ((*objects)[0].pem_label, "CERTIFICATE");
  EXPECT_EQ((*objects)[1].kind, ObjectKind::kPrivateKey);
  EXPECT_EQ((*objects)[1].der, "");
  EXPECT_EQ((*objects)[2].der, root_.der);
  ExpectBoth(text);
}

TEST_F(ObjectReaderTest, LineEndsAndMarksOfWindows) {
  const std::string text = absl::StrReplaceAll(leaf_.pem + root_.pem, {{"\n", "\r\n"}});
  ExpectBoth("\xef\xbb\xbf" + text);
  ExpectBoth(leaf_.pem + "\xef\xbb\xbf" + root_.pem);
  std::string utf16 = "\xff\xfe";
  for (const char c : leaf_.pem) {
    utf16 += c;
    utf16 += '\0';
  }
  ExpectRefused(utf16, "UTF-16");
}

TEST_F(ObjectReaderTest, DerOneAfterTheOther) {
  const auto objects = FindObjects(leaf_.der + root_.der);
  ASSERT_TRUE(objects.ok()) << objects.status();
  ASSERT_EQ(objects->size(), 2);
  EXPECT_EQ((*objects)[1].der, root_.der);
  EXPECT_EQ((*objects)[1].pem_label, "");
  ExpectBoth(leaf_.der + root_.der);
  ExpectRefused(leaf_.der + "x", "what follows the first DER objects");
}

TEST_F(ObjectReaderTest, Pkcs7WithoutASignature) {
  const std::string make = "crl2pkcs7 -nocrl -certfile leaf.pem -certfile root.pem";
  const std::string pem = ByOpenSsl(make), der = ByOpenSsl(make + " -outform DER");
  EXPECT_THAT(pem, HasSubstr("-----BEGIN PKCS7-----"));
  ExpectBoth(pem);
  ExpectBoth(der);
  // As Windows names it, and as old programs do.
  ExpectBoth(absl::StrReplaceAll(pem, {{"PKCS7", "CMS"}}));
  ExpectBoth(absl::StrReplaceAll(pem, {{"PKCS7", "CERTIFICATE"}}));
}

TEST_F(ObjectReaderTest, Pkcs7ThatSignsSomething) {
  const std::string sign = "cms -sign -in text -signer leaf.pem -inkey leaf.key -certfile root.pem";
  ExpectBoth(ByOpenSsl(sign + " -outform PEM"));
  ExpectBoth(ByOpenSsl(sign + " -outform DER -nodetach"));
  // BER of indefinite lengths.
  ExpectBoth(ByOpenSsl(sign + " -outform DER -stream -nodetach"));
}

TEST_F(ObjectReaderTest, Pkcs7OfAnotherTypeIsNamed) {
  ExpectRefused(ByOpenSsl("cms -encrypt -in text -outform DER leaf.pem"), "not of the signed type");
  ExpectRefused(ByOpenSsl("crl2pkcs7 -nocrl"), "PKCS#7 without a certificate");
  std::string der = ByOpenSsl("crl2pkcs7 -nocrl -certfile leaf.pem -outform DER");
  der[40] = static_cast<char>(der[40] ^ 0xff);
  EXPECT_FALSE(ReadCertificates(der).ok());
}

// openssl puts what it trusts the certificate for behind it.
TEST_F(ObjectReaderTest, ATrustedCertificateIsTheCertificate) {
  const std::string text = ByOpenSsl("x509 -in leaf.pem -trustout -addtrust serverAuth");
  EXPECT_THAT(text, HasSubstr("TRUSTED CERTIFICATE"));
  const auto ders = ReadCertificates(text);
  ASSERT_TRUE(ders.ok()) << ders.status();
  EXPECT_THAT(*ders, ElementsAre(leaf_.der));
}

TEST_F(ObjectReaderTest, WhatIsNoCertificateIsNamed) {
  const std::string request = ByOpenSsl("req -new -key leaf.key -subj /CN=leaf");
  ExpectRefused(request, "it holds a certificate signing request (CSR), not a certificate");
  ExpectRefused(absl::StrReplaceAll(request, {{"CERTIFICATE REQUEST", "CERTIFICATE"}}),
                "a certificate signing request (CSR)");
  ExpectRefused(ByOpenSsl("req -new -key leaf.key -subj /CN=leaf -outform DER"),
                "a certificate signing request (CSR)");
  ExpectRefused(leaf_.key_pem, "it holds a private key, not a certificate");
  ExpectRefused(ByOpenSsl("pkey -in leaf.key -outform DER"), "it holds a private key");
  ExpectRefused(ByOpenSsl("pkey -in leaf.key -pubout"), "it holds a public key");
  ExpectRefused(ByOpenSsl("pkcs12 -export -in leaf.pem -inkey leaf.key -passout pass:x"),
                "it is a PKCS#12 file");
  ExpectRefused("-----BEGIN CABBAGE-----\nAAAA\n-----END CABBAGE-----\n", "\"CABBAGE\"");
  ExpectRefused(std::string("\x30\x00", 2), "it holds is DER, but not a certificate");
}

TEST_F(ObjectReaderTest, WhatIsNothingIsRefused) {
  ExpectRefused("", "the input is empty");
  ExpectRefused("hello there", "neither PEM nor DER");
  ExpectRefused(std::string(10 << 20, 'x'), "neither PEM nor DER");
  ExpectRefused(std::string(kMaxObjectsSize + 1, '\0'), "larger than 16 MiB");
  ExpectRefused(leaf_.pem.substr(0, 100), "no END line");
  ExpectRefused("x -----BEGIN CERTIFICATE-----", "at the beginning of its line");
}

// Three octets each.
TEST_F(ObjectReaderTest, SmallObjectsDoNotBecomeManyLargeOnes) {
  std::string contents;
  for (size_t i = 0; i <= kMaxObjects; ++i) {
    contents += "\x30\x01\x05";
  }
  ExpectRefused(contents, "more than 10000 objects");
}

TEST_F(ObjectReaderTest, NoSingleChangeOfPkcs7IsFatal) {
  const std::string der = ByOpenSsl("crl2pkcs7 -nocrl -certfile leaf.pem -outform DER");
  for (size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 0xff);
    const auto ders = ReadCertificates(changed);
    EXPECT_TRUE(ders.ok() || GetReason(ders.status()) == Reason::kFileInvalid) << i;
    EXPECT_EQ(ERR_peek_error(), 0u) << i;
  }
}

TEST_F(ObjectReaderTest, WhatIsCutOffIsSaidToBe) {
  // SEQUENCE of 0x1234 octets, SEQUENCE...
  const std::string cut = std::string("\x30\x82\x12\x34\x30\x82", 6) + std::string(100, 'x');
  EXPECT_THAT(std::string(FindObjects(cut).status().message()), HasSubstr("the file is cut off"));
  const std::string junk = std::string("\x30\x82\x00\x20\x30\x82", 6) + std::string(100, 'x');
  EXPECT_THAT(std::string(FindObjects(junk).status().message()),
              Not(HasSubstr("the file is cut off")));
}

TEST_F(ObjectReaderTest, SaysWhichBlockIsDamaged) {
  const std::string good = x509::EncodePem("CERTIFICATE", "junk");
  const std::string bad = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
  EXPECT_THAT(std::string(FindObjects(good + good + bad).status().message()),
              HasSubstr("the PEM block 3: "));
  EXPECT_THAT(std::string(FindObjects(bad).status().message()), Not(HasSubstr("block 1")));
}

}  // namespace
}  // namespace fleetca::client
