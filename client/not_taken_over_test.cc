#include "client/not_taken_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::TestIssuer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kStart[] =
    "not taken over from the CSR, as the CA's policy says what a certificate holds: ";

// What a CA made of it.
std::string Certified(const std::string& csr) {
  TestIssuer ca;
  const auto issued = ca.Issue(csr);
  EXPECT_THAT(issued, ::fleetca::testing::IsOk());
  return issued.ok() ? issued->certificate : "";
}

TEST(NotTakenOverTest, IsSilentWhereNothingIsLeftOut) {
  const std::string csr = MakeCsr();
  EXPECT_EQ(NotTakenOver(csr, Certified(csr)), "");
  EXPECT_EQ(NotTakenOver(csr, ""), "");
  EXPECT_EQ(NotTakenOver("no CSR", ""), "");
}

TEST(NotTakenOverTest, ListsSubjectAndExtensions) {
  CsrOptions options;
  options.subject = x509::BuildName("Acme", "My Web Server");
  options.extra_extensions =
      MakeExtension(x509::oid::kKeyUsage, "\x03\x02\x07\x80") +
      MakeExtension(x509::oid::kSubjectKeyIdentifier, x509::der::Encode(0x04, "id")) +
      MakeExtension(x509::der::OidFromString("1.3.6.1.5.5.7.1.24"), "x");
  const std::string csr = MakeCsr(options);
  const std::string expected =
      absl::StrCat(kStart,
                   "the subject \"O=Acme, CN=My Web Server\"; the extensions keyUsage, "
                   "subjectKeyIdentifier, 1.3.6.1.5.5.7.1.24");
  EXPECT_EQ(NotTakenOver(csr, Certified(csr)), expected);
  EXPECT_EQ(NotTakenOver(csr, ""), expected);
}

// A terminal must not obey what a stranger wrote into a CSR.
TEST(NotTakenOverTest, EscapesTheSubjectAndCutsItOff) {
  const std::string wild = MakeCsr({.subject = x509::BuildName("", "a\x1b[31m\nroot: \xff")});
  EXPECT_EQ(NotTakenOver(wild, ""),
            absl::StrCat(kStart, "the subject \"CN=a\\1b[31m\\0aroot: \\ff\""));
  const std::string longer = MakeCsr({.subject = x509::BuildName("", std::string(4000, 'x'))});
  EXPECT_LT(NotTakenOver(longer, "").size(), 400u);
}

TEST(NotTakenOverTest, CutsNoCharacterAndNoEscapeApart) {
  const struct {
    const char* character;
    const char* shown;
  } cases[] = {{"\u00e9", "\u00e9"}, {"\u20ac", "\u20ac"}, {",", "\\,"}, {"\n", "\\0a"}};
  for (const auto& [character, shown] : cases) {
    // Wherever in the character the cut falls.
    for (const absl::string_view before : {"a", "ab", "abc"}) {
      std::string name(before);
      std::string expected = absl::StrCat("CN=", before);
      for (int i = 0; i < 300; ++i) {
        name += character;
        expected += expected.size() + std::strlen(shown) <= 200 ? shown : "";
      }
      EXPECT_THAT(NotTakenOver(MakeCsr({.subject = x509::BuildName("", name)}), ""),
                  HasSubstr(absl::StrCat("\"", expected, "...\"")))
          << name;
    }
  }
}

TEST(NotTakenOverTest, ListsNamesThatTheCertificateLacks) {
  const std::string certificate =
      Certified(MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/web"},
                                   {x509::NameType::kDns, "web.fleet.test"}}}));
  const std::string asked =
      MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/web"},
                         {x509::NameType::kDns, "web.fleet.test"},
                         {x509::NameType::kDns, "db.fleet.test"}}});
  const std::string sentence = NotTakenOver(asked, certificate);
  EXPECT_THAT(sentence, HasSubstr("the names DNS:db.fleet.test"));
  EXPECT_THAT(sentence, Not(HasSubstr("web.fleet.test")));
}

TEST(NotTakenOverTest, ListsNamesThatARenewalLost) {
  const x509::GeneralName id{x509::NameType::kUri, "spiffe://fleet.test/svc/web"};
  const x509::GeneralName one{x509::NameType::kDns, "one.fleet.test"};
  const x509::GeneralName two{x509::NameType::kDns, "two.fleet.test"};
  const x509::GeneralName three{x509::NameType::kDns, "three.fleet.test"};
  const std::string asking = Certified(MakeCsr({.names = {id, one, two}}));
  const std::string nameless = MakeCsr({.names = {id}});
  const std::string renewed = Certified(MakeCsr({.names = {id, one}}));
  EXPECT_EQ(NotGrantedAgain(nameless, asking, renewed),
            "DNS:two.fleet.test, which the certificate that asked has, is not granted any more and "
            "was left out");
  EXPECT_EQ(
      NotGrantedAgain(nameless, Certified(MakeCsr({.names = {id, one, two, three}})), renewed),
      "DNS:two.fleet.test, DNS:three.fleet.test, which the certificate that asked has, are "
      "not granted any more and were left out");
  EXPECT_EQ(NotGrantedAgain("", asking, renewed), NotGrantedAgain(nameless, asking, renewed));
  EXPECT_EQ(NotGrantedAgain(nameless, asking, asking), "");
  EXPECT_EQ(NotGrantedAgain(nameless, "", renewed), "");
  EXPECT_EQ(NotGrantedAgain(nameless, asking, ""), "");
  // Who asks for names by himself gets those.
  EXPECT_EQ(NotGrantedAgain(MakeCsr({.names = {id, one}}), asking, renewed), "");
  // For another identity no name was to be kept.
  EXPECT_EQ(
      NotGrantedAgain(
          nameless, asking,
          Certified(MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/db"}}}))),
      "");
}

// A policy may well give the subject that the CSR asks for.
TEST(NotTakenOverTest, IsSilentOfTheSubjectThatTheCertificateHas) {
  const std::string certificate = Certified(MakeCsr());
  const auto parsed = x509::ParseCertificate(certificate);
  ASSERT_THAT(parsed, ::fleetca::testing::IsOk());
  const std::string csr = MakeCsr({.subject = std::string(parsed->subject)});
  EXPECT_EQ(NotTakenOver(csr, certificate), "");
}

}  // namespace
}  // namespace fleetca::client
