#include "client/cli/inspect_command.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Outcome Inspect(std::vector<std::string> flags) {
  CLI::App app;
  Outcome outcome;
  AddInspectCommand(app, &outcome.exit_code);
  flags.insert(flags.begin(), "inspect");
  std::reverse(flags.begin(), flags.end());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  app.parse(std::move(flags));
  std::fflush(stdout);
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

std::string Path(const std::string& name) {
  static const fleetca::testing::TemporaryFolder folder;
  return absl::StrCat(folder.path(), "/", name);
}

// Runs the openssl program, which knows nothing of our code.
void OpenSsl(const std::string& arguments) {
  const std::string command = absl::StrCat("openssl ", arguments, " 2>", Path("openssl.err"));
  ASSERT_EQ(std::system(command.c_str()), 0) << command << *ReadFile(Path("openssl.err"));
}

std::string OpenSslOutput(const std::string& arguments) {
  OpenSsl(absl::StrCat(arguments, " >", Path("openssl.out")));
  return *ReadFile(Path("openssl.out"));
}

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

class InspectTest : public ::testing::Test {
 protected:
  // One root, made once.
  static void SetUpTestSuite() {
    OpenSsl(absl::StrCat("req -x509 -newkey ed25519 -nodes -keyout ", Path("root.key"),
                         " -subj /CN=Root -days 30 -out ", Path("root.pem")));
    OpenSsl(absl::StrCat("req -new -key ", Path("root.key"),
                         " -subj / -addext subjectAltName=DNS:a.example -outform DER -out ",
                         Path("a.csr")));
  }

  static std::string Write(const std::string& name, const std::string& contents) {
    EXPECT_TRUE(WriteFileAtomic(Path(name), contents, 0644).ok());
    return Path(name);
  }

  static void ExpectFailure(const std::string& path, const std::string& sentence) {
    const Outcome outcome = Inspect({path});
    EXPECT_EQ(outcome.exit_code, 1) << path;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, AllOf(StartsWith("fleetca: "), HasSubstr(path), HasSubstr(sentence)));
  }
};

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

// DER as openssl is to write it into an extension.
std::string AsOpenSslWants(absl::string_view der) {
  return absl::StrCat("DER:", absl::BytesToHexString(der));
}

TEST_F(InspectTest, ShowsWhatTheCertificateGrants) {
  const auto authz = x509::BuildFleetAuthz({.policy_revision = 7,
                                            .roles = {"reader", "writer"},
                                            .audience = {{"svc/orders"}},
                                            .attributes = {{"region", "eu-1"}, {"zone", "a"}}});
  const auto provenance = x509::BuildProvenance({.profile = "service",
                                                 .attestation = x509::Attestation::kJwt,
                                                 .request_id = std::string(16, '\x2a'),
                                                 .generation = 3});
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.1=", AsOpenSslWants(*authz),
                       " -addext 1.3.6.1.4.1.32473.1.1.2=", AsOpenSslWants(*provenance), " -out ",
                       Path("granted.pem")));
  const Outcome text = Inspect({Path("granted.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  Roles           reader\n"
                                  "                  writer\n"
                                  "  Audience        svc/orders\n"
                                  "  Attributes      region = eu-1\n"
                                  "                  zone = a\n"
                                  "  Policy revision 7\n"
                                  "  Provenance      profile service, attested by jwt, generation "
                                  "3, request 2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a\n"));
  EXPECT_THAT(text.out, Not(HasSubstr("  Extension")));

  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("granted.pem")}).out)[0];
  EXPECT_EQ(json["authz"]["roles"], nlohmann::json::array({"reader", "writer"}));
  EXPECT_EQ(json["authz"]["audience"], nlohmann::json::array({"svc/orders"}));
  EXPECT_EQ(json["authz"]["attributes"]["region"], "eu-1");
  EXPECT_EQ(json["authz"]["policy_revision"], 7);
  EXPECT_EQ(json["provenance"]["profile"], "service");
  EXPECT_EQ(json["provenance"]["attestation"], "jwt");
  EXPECT_EQ(json["provenance"]["generation"], 3);
  EXPECT_EQ(json["other_extensions"], nlohmann::json::array());

  const std::string arc = "1.3.6.1.4.1.99999.1";
  EXPECT_THAT(Inspect({"--arc", arc, Path("granted.pem")}).out,
              AllOf(Not(HasSubstr("  Roles ")), HasSubstr("1.3.6.1.4.1.32473.1.1.1, ")));
}

TEST_F(InspectTest, ShowsWhereWordOfARevocationIs) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "crlDistributionPoints=URI:http://ca.fleet.example/crl/0a1b/17.crl -addext ",
                       "'authorityInfoAccess=OCSP;URI:http://ca.fleet.example/ocsp,caIssuers;URI:",
                       "http://ca.fleet.example/aia/0a1b.cer' -out ", Path("pointers.pem")));
  const Outcome text = Inspect({Path("pointers.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  CRL             http://ca.fleet.example/crl/0a1b/17.crl\n"
                                  "  OCSP            http://ca.fleet.example/ocsp\n"
                                  "  CA issuers      http://ca.fleet.example/aia/0a1b.cer\n"));
  EXPECT_THAT(text.out, AllOf(Not(HasSubstr("  Extension")), Not(HasSubstr("noRevAvail"))));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("pointers.pem")}).out)[0];
  EXPECT_EQ(json["crl_urls"], nlohmann::json::array({"http://ca.fleet.example/crl/0a1b/17.crl"}));
  EXPECT_EQ(json["ocsp_urls"], nlohmann::json::array({"http://ca.fleet.example/ocsp"}));
  EXPECT_EQ(json["ca_issuers_urls"],
            nlohmann::json::array({"http://ca.fleet.example/aia/0a1b.cer"}));
  EXPECT_EQ(json["no_rev_avail"], false);
}

TEST_F(InspectTest, ShowsThatNoRevocationWillBePublished) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"),
                       " -subj /CN=Web -days 1 -addext basicConstraints=CA:FALSE -addext ",
                       "2.5.29.56=DER:0500 -out ", Path("none.pem")));
  const Outcome text = Inspect({Path("none.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  Revocation      none will be published (noRevAvail)\n"));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("none.pem")}).out)[0];
  EXPECT_EQ(json["no_rev_avail"], true);
  EXPECT_EQ(json["crl_urls"], nlohmann::json::array());
}

TEST_F(InspectTest, PointersWithoutAUrlAreStillExtensions) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 1 -addext ",
                       "'authorityInfoAccess=caIssuers;DNS:ca.fleet.example' -out ",
                       Path("odd.pem")));
  EXPECT_THAT(
      Inspect({Path("odd.pem")}).out,
      AllOf(HasSubstr("  Extension       1.3.6.1.5.5.7.1.1, "), Not(HasSubstr("  CA issuers"))));
}

TEST_F(InspectTest, SaysHowTheCasOwnCameToBe) {
  const auto provenance = x509::BuildProvenance(
      {.profile = "ca-server", .attestation = x509::Attestation::kOwn, .generation = 0});
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.2=", AsOpenSslWants(*provenance), " -out ",
                       Path("own.pem")));
  EXPECT_THAT(Inspect({Path("own.pem")}).out,
              HasSubstr("  Provenance      profile ca-server, attested by own, generation 0\n"));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("own.pem")}).out)[0];
  EXPECT_EQ(json["provenance"]["attestation"], "own");
}

// As one of a later release, with a word that is not known here.
TEST_F(InspectTest, AProvenanceThatCannotBeReadHidesNothingElse) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.2=DER:30090201010c01700a0104 -out ",
                       Path("later.pem")));
  const Outcome text = Inspect({Path("later.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("  Subject "), HasSubstr("  Provenance      UNREADABLE: "),
                              HasSubstr("or own (3)")));
}

TEST_F(InspectTest, ACertificateWithoutGrantsSaysNothingOfThem) {
  EXPECT_THAT(Inspect({Path("root.pem")}).out, Not(HasSubstr("Roles")));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("root.pem")}).out)[0];
  EXPECT_FALSE(json.contains("authz"));
  EXPECT_FALSE(json.contains("provenance"));
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
  ExpectFailure(Write("sequence", std::string("\x30\x00", 2)), "");
  ExpectFailure(Path("root.key"), "private key");
  ExpectFailure(Write("cut.pem", ReadFile(Path("root.pem"))->substr(0, 100)), "");
  ExpectFailure(Write("other.pem", "-----BEGIN CABBAGE-----\nAAAA\n-----END CABBAGE-----\n"),
                "CABBAGE");
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
