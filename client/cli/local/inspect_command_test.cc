#include "client/cli/local/inspect_command.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "client/cli/testing/inspect_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct KeyCase {
  std::string name;
  std::string genpkey;
  std::string key_text;
  std::string signature;
};

void PrintTo(const KeyCase& key, std::ostream* out) { *out << key.name; }

class InspectEachKeyTest : public ::testing::TestWithParam<KeyCase> {
 protected:
  void SetUp() override {
    OpenSsl(absl::StrCat("genpkey -out ", Path("key.pem"), " ", GetParam().genpkey));
  }
};

INSTANTIATE_TEST_SUITE_P(
    AllKeys, InspectEachKeyTest,
    ::testing::Values(
        KeyCase{"P256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "P-256", "ecdsa-sha256"},
        KeyCase{"P384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "P-384", "ecdsa-sha256"},
        KeyCase{"Rsa2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "RSA 2048",
                "rsa-pkcs1-sha256"},
        KeyCase{"Rsa3072", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072", "RSA 3072",
                "rsa-pkcs1-sha256"},
        KeyCase{"Ed25519", "-algorithm ED25519", "Ed25519", "ed25519"}),
    [](const auto& info) { return info.param.name; });

// With a serial number that DER puts a zero before.
TEST_P(InspectEachKeyTest, Certificate) {
  OpenSsl(absl::StrCat(
      "req -x509 -new -sha256 -days 30 -set_serial 0x8e78f47f696284aa9d5b343a0f84fd134efa72 -key ",
      Path("key.pem"), " -subj '/O=Fleet/CN=Web, one'",
      " -addext "
      "subjectAltName=DNS:web.fleet.example,URI:spiffe://fleet.example/svc/web,IP:10.0.0.1",
      " -addext keyUsage=critical,digitalSignature,keyCertSign",
      " -addext extendedKeyUsage=serverAuth,1.2.3.4 -addext 1.3.6.1.4.1.32473.1.1.1=ASN1:NULL",
      " -out ", Path("cert.pem")));
  const Outcome text = Inspect({Path("cert.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("Certificate\n"));
  for (const std::string line :
       {"  Subject         O=Fleet, CN=Web\\, one\n", "  Names           DNS:web.fleet.example\n",
        "                  URI:spiffe://fleet.example/svc/web\n", "                  IP:10.0.0.1\n",
        "  CA              yes\n", "  Key usage       digitalSignature, keyCertSign\n",
        "  Purposes        serverAuth, 1.2.3.4\n", "  Roles           UNREADABLE: ",
        "  Extension       1.3.6.1.4.1.32473.1.1.1, 2 octets\n"}) {
    EXPECT_THAT(text.out, HasSubstr(line));
  }
  EXPECT_THAT(text.out, HasSubstr(absl::StrCat("  Key             ", GetParam().key_text, "\n")));
  EXPECT_THAT(text.out, HasSubstr(absl::StrCat("  Signature       ", GetParam().signature, "\n")));
  EXPECT_THAT(text.out, HasSubstr(", expires in 29 days 23 hours\n"));

  const Outcome json_outcome = Inspect({"-o", "json", Path("cert.pem")});
  const auto json = nlohmann::json::parse(json_outcome.out);
  ASSERT_EQ(json.size(), 1);
  // As openssl says it, but for its colons and upper case.
  std::string fingerprint =
      OpenSslOutput(absl::StrCat("x509 -noout -fingerprint -sha256 -in ", Path("cert.pem")));
  fingerprint.erase(std::remove(fingerprint.begin(), fingerprint.end(), ':'), fingerprint.end());
  EXPECT_EQ(absl::AsciiStrToLower(fingerprint),
            absl::StrCat("sha256 fingerprint=", json[0]["sha256"].get<std::string>(), "\n"));
  std::string serial = OpenSslOutput(absl::StrCat("x509 -noout -serial -in ", Path("cert.pem")));
  EXPECT_EQ(absl::AsciiStrToLower(serial),
            absl::StrCat("serial=", json[0]["serial"].get<std::string>(), "\n"));
  EXPECT_EQ(json[0]["is_ca"], true);
  EXPECT_EQ(json[0]["subject_key_id"], json[0]["authority_key_id"]);
}

TEST_P(InspectEachKeyTest, CertificateRequest) {
  OpenSsl(absl::StrCat("req -new -sha256 -key ", Path("key.pem"),
                       " -subj / -addext subjectAltName=DNS:web.fleet.example",
                       " -addext keyUsage=keyCertSign -out ", Path("web.csr")));
  const Outcome text = Inspect({Path("web.csr")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("Certificate request\n"));
  EXPECT_THAT(
      text.out,
      AllOf(HasSubstr("  Subject         (empty)\n"),
            HasSubstr("  Names           DNS:web.fleet.example\n"),
            HasSubstr(absl::StrCat("  Key             ", GetParam().key_text, "\n")),
            HasSubstr(absl::StrCat("  Signature       ", GetParam().signature, ", valid\n")),
            HasSubstr("  Extension       2.5.29.15, asked for and not granted\n")));
}

TEST_F(InspectTest, DerAndPemSayTheSame) {
  OpenSsl(absl::StrCat("x509 -in ", Path("root.pem"), " -outform DER -out ", Path("root.der")));
  const Outcome der = Inspect({"-o", "json", Path("root.der")});
  EXPECT_EQ(der.exit_code, 0) << der.err;
  EXPECT_EQ(der.out, Inspect({"-o", "json", Path("root.pem")}).out);
  EXPECT_EQ(Inspect({"-o", "pem", Path("root.der")}).out, *ReadFile(Path("root.pem")));
}

// Nobody here verifies such a signature, and whoever looks at the certificate wants to know whose.
TEST_F(InspectTest, ASignatureAlgorithmOfOthersHasItsName) {
  OpenSsl(absl::StrCat("req -x509 -newkey rsa:2048 -nodes -keyout ", Path("old.key"),
                       " -sha1 -subj /CN=Old -days 30 -out ", Path("old.pem")));
  EXPECT_THAT(Inspect({Path("old.pem")}).out,
              HasSubstr("  Signature       RSA with SHA-1 (1.2.840.113549.1.1.5)\n"));
}

TEST_F(InspectTest, AChainInPemAndInDer) {
  const std::string pem = *ReadFile(Path("root.pem"));
  OpenSsl(absl::StrCat("x509 -in ", Path("root.pem"), " -outform DER -out ", Path("root.der")));
  const std::string der = *ReadFile(Path("root.der"));
  for (const std::string& path :
       {Write("chain.pem", "some words\n" + pem + pem), Write("chain.der", der + der)}) {
    const Outcome outcome = Inspect({"-o", "json", path});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(nlohmann::json::parse(outcome.out).size(), 2);
  }
}

TEST_F(InspectTest, ADerCsr) {
  const Outcome outcome = Inspect({"-o", "json", Path("a.csr")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json[0]["type"], "certificate_request");
  EXPECT_EQ(json[0]["signature_valid"], true);
  EXPECT_THAT(Inspect({"-o", "pem", Path("a.csr")}).out,
              StartsWith("-----BEGIN CERTIFICATE REQUEST-----\n"));
}

TEST_F(InspectTest, ACsrWithAWrongSignatureIsShownAsSuch) {
  std::string der = *ReadFile(Path("a.csr"));
  der.back() = static_cast<char>(der.back() ^ 1);
  const std::string path = Write("forged.csr", der);
  EXPECT_THAT(Inspect({path}).out, HasSubstr("ed25519, INVALID: "));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", path}).out);
  EXPECT_EQ(json[0]["signature_valid"], false);
}

TEST_F(InspectTest, GarbageIsRefusedWithASentence) {
  ExpectFailure(Path("absent"), "");
  ExpectFailure(Write("empty", ""), "empty");
  ExpectFailure(Write("words", "hello there"), "neither PEM nor DER");
  ExpectFailure(Write("sequence", std::string("\x30\x00", 2)), "not a certificate");
  ExpectFailure(Write("junk", std::string(10 << 20, 'x')), "neither PEM nor DER");
  ExpectFailure(Write("cut.pem", ReadFile(Path("root.pem"))->substr(0, 100)), "");
  ExpectFailure(Write("other.pem", "-----BEGIN CABBAGE-----\nAAAA\n-----END CABBAGE-----\n"),
                "CABBAGE");
}

TEST_F(InspectTest, AFlagForAServerIsNotForAFile) {
  const Outcome outcome = Inspect({"--server-name", "web", Path("root.pem")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--server-name is for a server"));
}

// Every octet changed to another value: an answer or a sentence, never a crash.
TEST_F(InspectTest, NoSingleChangeIsFatal) {
  const std::string der = *ReadFile(Path("a.csr"));
  for (size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 0xff);
    const Outcome outcome = Inspect({Write("changed.csr", changed)});
    EXPECT_EQ(outcome.exit_code == 0, outcome.err.empty()) << i;
    EXPECT_NE(outcome.out.empty(), outcome.err.empty()) << i;
  }
}

}  // namespace
}  // namespace fleetca::client
