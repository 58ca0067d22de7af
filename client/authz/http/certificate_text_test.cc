#include "client/authz/http/certificate_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// All 64 letters of base64, so "+" and "/" too.
std::string Der() {
  std::string der;
  for (int i = 0; i < 256; ++i) {
    der.push_back(static_cast<char>(i));
  }
  return der;
}

std::string Pem() { return x509::EncodePem(x509::kPemCertificate, Der()); }

std::string Problem(absl::string_view text) {
  const auto ders = ParseCertificateText(text);
  EXPECT_THAT(ders, IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown)) << text;
  return std::string(ders.status().message());
}

TEST(CertificateTextTest, ReadsWhatProxiesWrite) {
  const std::string envoy = absl::StrReplaceAll(
      Pem(), {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
  EXPECT_THAT(*ParseCertificateText(envoy), ElementsAre(Der()));
  // nginx leaves what a component of a URI may hold.
  const std::string nginx = absl::StrReplaceAll(
      Pem(), {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3d"}});
  EXPECT_THAT(*ParseCertificateText(nginx), ElementsAre(Der()));
  EXPECT_THAT(*ParseCertificateText(Pem()), ElementsAre(Der()));
  EXPECT_THAT(*ParseCertificateText(absl::StrReplaceAll(Pem(), {{"\n", "%0a"}})),
              ElementsAre(Der()));
  // Blank lines are nothing.
  EXPECT_THAT(*ParseCertificateText(Pem() + "\r\n \n"), ElementsAre(Der()));
  EXPECT_THAT(*ParseCertificateText(Pem() + x509::EncodePem(x509::kPemCertificate, "ca")),
              ElementsAre(Der(), "ca"));
}

TEST(CertificateTextTest, RefusesAllElse) {
  EXPECT_THAT(Problem(""), HasSubstr("no client certificate"));
  EXPECT_THAT(Problem("%"), HasSubstr("hexadecimal"));
  EXPECT_THAT(Problem(Pem() + "%0"), HasSubstr("hexadecimal"));
  EXPECT_THAT(Problem(Pem() + "%zz"), HasSubstr("hexadecimal"));
  EXPECT_THAT(Problem("spiffe://fleet.example/svc/writer"), HasSubstr("does not begin"));
  EXPECT_THAT(Problem(absl::StrCat("Cert=\"", Pem(), "\"")), HasSubstr("does not begin"));
  EXPECT_THAT(Problem(" " + Pem()), HasSubstr("does not begin"));
  // Encoded twice.
  EXPECT_THAT(Problem(absl::StrReplaceAll(Pem(), {{"\n", "%250A"}})), HasSubstr("cannot be read"));
  EXPECT_THAT(Problem(x509::EncodePem("PRIVATE KEY", "x")), HasSubstr("does not begin"));
  for (const std::string& text : {Pem() + "text", Pem() + "\nCN=admin\n", Pem() + "x\n" + Pem(),
                                  Pem() + "%00", Pem() + "%2D%2D%2D%2D"}) {
    EXPECT_THAT(Problem(text), HasSubstr("text before, between or after")) << text;
  }
  EXPECT_THAT(Problem(Pem().substr(0, 60)), HasSubstr("cannot be read"));
  EXPECT_THAT(Problem(Pem() + x509::EncodePem("PRIVATE KEY", "x")), HasSubstr("cannot be read"));
}

TEST(CertificateTextTest, IsBounded) {
  const std::string one = x509::EncodePem(x509::kPemCertificate, "x");
  std::string many;
  for (size_t i = 0; i < kMaxSentCertificates; ++i) {
    many += one;
  }
  FLEETCA_EXPECT_OK(ParseCertificateText(many));
  EXPECT_THAT(Problem(many + one), HasSubstr("9 certificates"));
  EXPECT_THAT(Problem(Pem() + std::string(kMaxCertificateText, '\n')), HasSubstr("16384 octets"));
}

}  // namespace
}  // namespace fleetca::client
