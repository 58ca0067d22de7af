// What the openssl program says of our CRLs and of certificates that point at them.
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/crl_verify.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

struct Outcome {
  int code;
  std::string output;
};

constexpr char kOtherShardUrl[] = "http://pki.fleet.example/crl/issuing/18.crl";

class CrlOpenSslTest : public ::testing::Test {
 protected:
  CrlOpenSslTest() {
    Write("root.pem", EncodePem(kPemCertificate, root_.certificate));
    Write("issuing.pem", EncodePem(kPemCertificate, issuing_.certificate));
  }

  void Write(absl::string_view name, absl::string_view contents) {
    std::ofstream(absl::StrCat(folder_.path(), "/", name), std::ios::binary) << contents;
  }

  std::string Read(absl::string_view name) {
    std::ostringstream contents;
    contents << std::ifstream(absl::StrCat(folder_.path(), "/", name), std::ios::binary).rdbuf();
    return contents.str();
  }

  // `openssl` in the folder.
  Outcome OpenSsl(absl::string_view arguments) {
    const std::string command =
        absl::StrCat("cd ", folder_.path(), " && openssl ", arguments, " 2>&1 </dev/null");
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    char buffer[4096];
    while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) {
      output.append(buffer, got);
    }
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
  }

  Outcome Verify(absl::string_view more, absl::Time at = kTestNow + absl::Minutes(1)) {
    return OpenSsl(absl::StrCat("verify -x509_strict -no-CApath -no-CAstore -attime ",
                                absl::ToUnixSeconds(at),
                                " -CAfile root.pem -untrusted issuing.pem ", more, " leaf.pem"));
  }

  // A leaf whose certificate points at this CRL; its serial number.
  std::string WriteLeaf(absl::string_view crl_url) {
    TbsTemplateOptions options = LeafOptions(issuing_);
    options.ocsp_url = "http://pki.fleet.example/ocsp";
    LintPolicy policy = LeafPolicy(issuing_);
    policy.ocsp_url = options.ocsp_url;
    policy.crl_url = std::string(crl_url);
    CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
    spec.crl_url = crl_url;
    const auto tbs_template = TbsTemplate::Create(options);
    EXPECT_TRUE(tbs_template.ok()) << tbs_template.status();
    Write("leaf.pem", EncodePem(kPemCertificate,
                                SignTbs(issuing_, (*tbs_template)->Build(spec), policy, spec)));
    return std::string(spec.serial.bytes());
  }

  static CrlEntry Revoked(absl::string_view serial) {
    return {.serial = serial,
            .revocation_date = kTestNow - absl::Minutes(1),
            .reason = RevocationReason::kSuperseded};
  }

  // Writes the PEM of a CRL; of a shard where there is a URL.
  void WriteCrl(absl::string_view name, const TestCa& ca, absl::string_view url,
                const std::vector<CrlEntry>& entries) {
    CrlSpec spec = TestCrlSpec(ca);
    spec.distribution_point = url;
    Write(name, EncodeCrlPem(IssueTestCrl(ca, spec, entries)));
  }

  testing::TemporaryFolder folder_;
  const TestCa root_ = MakeTestRoot(KeyType::kP384);
  const TestCa issuing_ = MakeTestIssuingCa(root_, KeyType::kP256);
};

TEST_F(CrlOpenSslTest, PrintsAndVerifiesIt) {
  CrlSpec spec = TestCrlSpec(issuing_);
  spec.number = uint64_t{1} << 63;
  spec.distribution_point = kTestShardUrl;
  Write("shard.crl", IssueTestCrl(issuing_, spec, TestCrlEntries(8000)));
  const Outcome text =
      OpenSsl("crl -inform DER -in shard.crl -noout -text -verify -CAfile issuing.pem");
  EXPECT_EQ(text.code, 0) << text.output.substr(0, 2000);
  for (const absl::string_view line :
       {"verify OK", "Version 2 (0x1)", "Issuer: O = Fleet, CN = Issuing CA",
        "Last Update: Jun  1 12:00:00 2026 GMT", "Next Update: Jun  2 12:00:00 2026 GMT",
        "9223372036854775808", "Full Name:", "URI:http://pki.fleet.example/crl/issuing/17.crl",
        "Only User Certificates", "X509v3 Issuing Distribution Point: critical",
        "Key Compromise"}) {
    EXPECT_TRUE(absl::StrContains(text.output, line)) << line << "\n"
                                                      << text.output.substr(0, 2000);
  }
  EXPECT_TRUE(absl::StrContains(text.output,
                                absl::AsciiStrToUpper(absl::BytesToHexString(TestSerial(7999)))));
  WriteCrl("empty.pem", root_, "", {});
  const Outcome empty = OpenSsl("crl -in empty.pem -noout -text -verify -CAfile root.pem");
  EXPECT_EQ(empty.code, 0) << empty.output;
  EXPECT_TRUE(absl::StrContains(empty.output, "No Revoked Certificates.")) << empty.output;
}

TEST_F(CrlOpenSslTest, FindsTheRevokedLeafInItsShard) {
  const std::string serial = WriteLeaf(kTestShardUrl);
  WriteCrl("root-crl.pem", root_, "", {});
  WriteCrl("shard.pem", issuing_, kTestShardUrl, TestCrlEntries(3));
  Outcome outcome = Verify("-crl_check -CRLfile shard.pem");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  // The whole chain needs the root's CRL, which speaks of CA certificates too.
  outcome = Verify("-crl_check_all -CRLfile shard.pem");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.output, "unable to get certificate CRL")) << outcome.output;
  outcome = Verify("-crl_check_all -CRLfile shard.pem -CRLfile root-crl.pem");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  outcome = Verify("-crl_check -CRLfile shard.pem", kTestNow + absl::Hours(23));
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  WriteCrl("shard.pem", issuing_, kTestShardUrl, {Revoked(serial)});
  outcome = Verify("-crl_check -CRLfile shard.pem");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.output, "certificate revoked")) << outcome.output;
}

TEST_F(CrlOpenSslTest, TheCrlOfAnotherShardSaysNothingOfTheLeaf) {
  WriteLeaf(kTestShardUrl);
  WriteCrl("shard.pem", issuing_, kOtherShardUrl, {});
  const Outcome outcome = Verify("-crl_check -CRLfile shard.pem");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.output, "different CRL scope")) << outcome.output;
}

TEST_F(CrlOpenSslTest, TheCompleteCrlSpeaksOfEveryShard) {
  const std::string serial = WriteLeaf(kOtherShardUrl);
  CrlSpec spec = TestCrlSpec(root_);
  const std::string root_crl = EncodeCrlPem(IssueTestCrl(root_, spec, {}));
  spec = TestCrlSpec(issuing_);
  // One file of both, as nginx takes it.
  Write("all.pem", EncodeCrlPem(IssueTestCrl(issuing_, spec, {})) + root_crl);
  EXPECT_EQ(Verify("-crl_check_all -CRLfile all.pem").code, 0);
  Write("all.pem", EncodeCrlPem(IssueTestCrl(issuing_, spec, {Revoked(serial)})) + root_crl);
  const Outcome outcome = Verify("-crl_check_all -CRLfile all.pem");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.output, "certificate revoked")) << outcome.output;
}

TEST_F(CrlOpenSslTest, FindsARevokedCaInTheRootsCrl) {
  WriteLeaf(kTestShardUrl);
  WriteCrl("shard.pem", issuing_, kTestShardUrl, {});
  const auto certificate = ParseCertificate(issuing_.certificate);
  ASSERT_TRUE(certificate.ok());
  WriteCrl("root-crl.pem", root_, "", {Revoked(certificate->serial)});
  const Outcome outcome = Verify("-crl_check_all -CRLfile shard.pem -CRLfile root-crl.pem");
  EXPECT_NE(outcome.code, 0);
  EXPECT_TRUE(absl::StrContains(outcome.output, "certificate revoked")) << outcome.output;
}

// CRLs of `openssl ca`, by these extensions of its configuration.
TEST_F(CrlOpenSslTest, ReadsWhatOpenSslMakes) {
  Write("ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n"
        "certificate=ca.pem\nprivate_key=ca.key\n"
        "[none]\n[plain]\nauthorityKeyIdentifier=keyid:always\n"
        "[shard]\nauthorityKeyIdentifier=keyid:always,issuer:always\n"
        "issuingDistributionPoint=critical,@shard_point\n"
        "[shard_point]\nfullname=URI:http://a.example/1.crl\nonlyuser=TRUE\n"
        "[delta]\n2.5.29.27=critical,DER:020105\n"
        "[indirect]\nissuingDistributionPoint=critical,@indirect_point\n"
        "[indirect_point]\nfullname=URI:http://a.example/1.crl\nindirectCRL=TRUE\n"
        "[some]\nissuingDistributionPoint=critical,@some_point\n"
        "[some_point]\nfullname=URI:http://a.example/1.crl\nonlysomereasons=keyCompromise\n"
        "[two]\nissuingDistributionPoint=critical,@two_point\n"
        "[two_point]\nfullname=URI:http://a.example/1.crl,URI:http://b.example/1.crl\n");
  static constexpr char kRevoked[] =
      "R\t360101000000Z\t260101000000Z,keyCompromise\t01AB\tunknown\t/CN=a\n"
      "R\t360101000000Z\t260102000000Z,unspecified\t02\tunknown\t/CN=b\n"
      "R\t360101000000Z\t260105000000Z,holdInstruction,holdInstructionReject\tFF00\tunknown\t/CN=c"
      "\n";
  Outcome made = OpenSsl("ecparam -genkey -noout -name prime256v1 -out ca.key");
  ASSERT_EQ(made.code, 0) << made.output;
  made = OpenSsl("req -x509 -new -key ca.key -subj /CN=CA -days 30 -out ca.pem");
  ASSERT_EQ(made.code, 0) << made.output;
  const auto read = [this](absl::string_view extensions) -> absl::Status {
    const Outcome outcome =
        OpenSsl(absl::StrCat("ca -config ca.cnf -gencrl -out made.pem ",
                             extensions.empty() ? "" : "-crlexts ", extensions));
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    const auto ders = DecodeCrls(Read("made.pem"));
    EXPECT_TRUE(ders.ok()) << ders.status();
    const auto crl = ParseCrl(ders->front());
    if (!crl.ok()) {
      return crl.status();
    }
    const auto issuer = DecodeOnePem(kPemCertificate, Read("ca.pem"));
    EXPECT_TRUE(issuer.ok()) << issuer.status();
    const auto certificate = ParseCertificate(*issuer);
    EXPECT_TRUE(certificate.ok()) << certificate.status();
    if (Read("index.txt") == kRevoked) {
      EXPECT_EQ(crl->entries.size(), 3u);
      EXPECT_EQ(crl->FindEntry(absl::string_view("\0\xff\0", 3))->reason,
                RevocationReason::kCertificateHold);
      EXPECT_EQ(crl->FindEntry("\x02")->reason, RevocationReason::kUnspecified);
    } else {
      EXPECT_LE(crl->entries.size(), 1u);
    }
    EXPECT_EQ(crl->distribution_point, extensions == "shard" ? "http://a.example/1.crl" : "");
    return VerifyCrl(*crl, *certificate, crl->this_update);
  };
  Write("index.txt", kRevoked);
  for (const absl::string_view good : {"", "plain", "shard"}) {
    EXPECT_TRUE(read(good).ok()) << good << ": " << read(good);
  }
  const std::pair<absl::string_view, absl::string_view> kNotRead[] = {
      {"delta", "is a delta CRL"},
      {"indirect", "is an indirect CRL"},
      {"some", "speaks of some reasons"},
      {"two", "not one URL"}};
  for (const auto& [extensions, phrase] : kNotRead) {
    EXPECT_TRUE(absl::StrContains(read(extensions).message(), phrase)) << read(extensions);
  }
  // Without a reason, and with nothing at all, openssl writes v1.
  for (const absl::string_view v1 : {"R\t360101000000Z\t260102000000Z\t02\tunknown\t/CN=b\n", ""}) {
    Write("index.txt", v1);
    EXPECT_TRUE(read("").ok()) << read("");
    EXPECT_TRUE(absl::StrContains(OpenSsl("crl -in made.pem -noout -text").output, "Version 1"));
  }
}

TEST_F(CrlOpenSslTest, ShowsWhereTheLeafPoints) {
  WriteLeaf(kTestShardUrl);
  const Outcome text = OpenSsl("x509 -in leaf.pem -noout -text -ocsp_uri");
  EXPECT_EQ(text.code, 0) << text.output;
  for (const absl::string_view line :
       {"OCSP - URI:http://pki.fleet.example/ocsp",
        "CA Issuers - URI:http://pki.fleet.example/issuing.der",
        "X509v3 CRL Distribution Points:", "URI:http://pki.fleet.example/crl/issuing/17.crl"}) {
    EXPECT_TRUE(absl::StrContains(text.output, line)) << line << "\n" << text.output;
  }
}

}  // namespace
}  // namespace fleetca::x509
