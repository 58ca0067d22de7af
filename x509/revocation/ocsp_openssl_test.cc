// Both ways with the program openssl: it asks and we read, we answer and it believes, it answers
// and we believe.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_verify.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

std::string TextOf(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string CertificatePem(absl::string_view der) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_X509(bio.get(), OpenSslCertificate(der).get()), 1);
  return TextOf(bio);
}

std::string KeyPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr), 1);
  return TextOf(bio);
}

class OcspOpenSslTest : public ::testing::TestWithParam<KeyType> {
 protected:
  OcspOpenSslTest()
      : fixture_(GetParam()),
        leaf_(IssueLeaf(fixture_.ca, testing::TestKey::OfType(KeyType::kP256))),
        serial_(ParseCertificate(leaf_)->serial) {
    Write("root.pem", CertificatePem(fixture_.root.certificate));
    Write("issuer.pem", CertificatePem(fixture_.ca.certificate));
    Write("leaf.pem", CertificatePem(leaf_));
    Write("responder.pem", CertificatePem(fixture_.responder.certificate));
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  void Write(absl::string_view name, absl::string_view contents) const {
    std::ofstream(Path(name), std::ios::binary) << contents;
  }

  std::string Read(absl::string_view name) const {
    std::ostringstream contents;
    contents << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return contents.str();
  }

  // What `openssl ocsp` with these arguments says, in the folder; both outputs.
  std::string OpenSsl(absl::string_view arguments) const {
    const std::string command =
        absl::StrCat("cd ", folder_.path(), " && openssl ocsp ", arguments, " 2>&1 </dev/null");
    FILE* pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    std::string out;
    char buffer[4096];
    size_t size;
    while ((size = fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
      out.append(buffer, size);
    }
    pclose(pipe);
    return out;
  }

  // What it makes of our response at kTestNow: the chain at that time, and as much leave for
  // thisUpdate and nextUpdate as the machine's clock is away. `asked` says what was asked.
  std::string Judge(absl::string_view response, absl::string_view asked) const {
    Write("response.der", response);
    return OpenSsl(absl::StrCat("-issuer issuer.pem ", asked,
                                " -respin response.der -CAfile root.pem -verify_other issuer.pem"
                                " -validity_period 4000000000 -attime ",
                                absl::ToUnixSeconds(kTestNow)));
  }

  OcspAnswer Answer() const {
    OcspAnswer answer = OcspFixture::Good();
    answer.serial = serial_;
    return answer;
  }

  const testing::TemporaryFolder folder_;
  const OcspFixture fixture_;
  const std::string leaf_;
  const std::string serial_;
};

TEST_P(OcspOpenSslTest, ItsRequestsAreRead) {
  const struct {
    const char* hash;
    CertIdHash expected;
  } kHashes[] = {{"-sha1", CertIdHash::kSha1}, {"-sha256", CertIdHash::kSha256}};
  for (const auto& hash : kHashes) {
    for (const char* nonce : {"-nonce", "-no_nonce"}) {
      const std::string said = OpenSsl(absl::StrCat(
          "-issuer issuer.pem ", hash.hash, " -cert leaf.pem ", nonce, " -reqout request.der"));
      const std::string der = Read("request.der");
      const auto request = ParseOcspRequest(der);
      ASSERT_TRUE(request.ok()) << request.status() << said;
      EXPECT_EQ(request->cert_id.hash, hash.expected);
      EXPECT_EQ(request->cert_id.serial, serial_);
      EXPECT_TRUE(fixture_.hashes.Matches(request->cert_id));
      EXPECT_EQ(request->nonce.has_value(), nonce == absl::string_view("-nonce"));
      // Ours are the same octet for octet, and by GET as well.
      EXPECT_EQ(
          BuildOcspRequest(fixture_.hashes, hash.expected, serial_, request->nonce.value_or("")),
          der);
      const std::string base64 = absl::Base64Escape(der);
      EXPECT_EQ(*DecodeOcspGetPath("/" + base64), der);
      EXPECT_EQ(*DecodeOcspGetPath(
                    absl::StrReplaceAll(base64, {{"/", "%2F"}, {"+", "%2B"}, {"=", "%3D"}})),
                der);
    }
  }
}

TEST_P(OcspOpenSslTest, ASignedRequestIsReadAndTwoInOneAreNot) {
  Write("responder.key", KeyPem(fixture_.responder.key.get()));
  std::string said = OpenSsl(
      "-issuer issuer.pem -cert leaf.pem -signer responder.pem -signkey responder.key"
      " -reqout signed.der");
  const std::string is_signed = Read("signed.der");
  const auto request = ParseOcspRequest(is_signed);
  ASSERT_TRUE(request.ok()) << request.status() << said;
  EXPECT_EQ(request->cert_id.serial, serial_);
  said = OpenSsl("-issuer issuer.pem -cert leaf.pem -cert responder.pem -reqout two.der");
  const auto two = ParseOcspRequest(Read("two.der"));
  EXPECT_EQ(GetReason(two.status()), Reason::kOcspRequestMalformed) << said;
  EXPECT_TRUE(absl::StrContains(two.status().message(), "more than one")) << two.status();
}

TEST_P(OcspOpenSslTest, ItBelievesOurResponses) {
  for (const OcspAnswerHashes hashes :
       {OcspAnswerHashes::kSha1, OcspAnswerHashes::kSha256, OcspAnswerHashes::kBoth}) {
    OcspAnswer answer = Answer();
    answer.hashes = hashes;
    std::vector<std::string> asked;
    if (hashes != OcspAnswerHashes::kSha256) {
      asked.emplace_back("-sha1 -cert leaf.pem");
    }
    if (hashes != OcspAnswerHashes::kSha1) {
      asked.emplace_back("-sha256 -cert leaf.pem");
    }
    for (const std::string& hash : asked) {
      std::string said = Judge(fixture_.Respond(answer), hash);
      EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
      EXPECT_TRUE(absl::StrContains(said, "leaf.pem: good")) << said;
      EXPECT_TRUE(absl::StrContains(said, "Next Update: Jun  1 20:00:00 2026 GMT")) << said;

      OcspAnswer revoked = answer;
      revoked.revocation = {.status = OcspCertStatus::kRevoked,
                            .revoked_at = kTestNow - absl::Hours(2),
                            .reason = RevocationReason::kKeyCompromise};
      said = Judge(fixture_.Respond(revoked), hash);
      EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
      EXPECT_TRUE(absl::StrContains(said, "leaf.pem: revoked")) << said;
      EXPECT_TRUE(absl::StrContains(said, "Reason: keyCompromise")) << said;
      EXPECT_TRUE(absl::StrContains(said, "Revocation Time: Jun  1 10:00:00 2026 GMT")) << said;
      revoked.revocation.reason = RevocationReason::kUnspecified;
      said = Judge(fixture_.Respond(revoked), hash);
      EXPECT_TRUE(absl::StrContains(said, "leaf.pem: revoked")) << said;
      EXPECT_FALSE(absl::StrContains(said, "Reason:")) << said;

      OcspAnswer unknown = answer;
      unknown.revocation.status = OcspCertStatus::kUnknown;
      said = Judge(fixture_.Respond(unknown), hash);
      EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
      EXPECT_TRUE(absl::StrContains(said, "leaf.pem: unknown")) << said;
    }
  }
}

TEST_P(OcspOpenSslTest, ItSeesItsNonceAgain) {
  OpenSsl("-issuer issuer.pem -sha256 -cert leaf.pem -nonce -reqout request.der");
  const std::string der = Read("request.der");
  const auto request = ParseOcspRequest(der);
  ASSERT_TRUE(request.ok()) << request.status();
  OcspAnswer answer = Answer();
  // -no_nonce: or it puts a new nonce into the request that it reads.
  const std::string asked = "-no_nonce -reqin request.der";
  answer.nonce = *request->nonce;
  std::string said = Judge(fixture_.Respond(answer), asked);
  EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
  EXPECT_FALSE(absl::StrContains(said, "onc")) << said;
  answer.nonce = "another";
  said = Judge(fixture_.Respond(answer), asked);
  EXPECT_TRUE(absl::StrContains(said, "Nonce Verify error")) << said;
  answer.nonce = "";
  said = Judge(fixture_.Respond(answer), asked);
  EXPECT_TRUE(absl::StrContains(said, "no nonce in response")) << said;
  EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
}

TEST_P(OcspOpenSslTest, ItRefusesWhatWasChangedAndReadsOurErrors) {
  std::string response = fixture_.Respond(Answer());
  const size_t status = response.find(Bytes("\x80\x00\x18\x0f"));
  ASSERT_NE(status, std::string::npos);
  response[status] = '\x82';
  std::string said = Judge(response, "-cert leaf.pem");
  EXPECT_TRUE(absl::StrContains(said, "Response Verify Failure")) << said;
  said = Judge(OcspErrorResponse(OcspResponseStatus::kTryLater), "-cert leaf.pem");
  EXPECT_TRUE(absl::StrContains(said, "Responder Error: trylater (3)")) << said;
  said = Judge(OcspErrorResponse(OcspResponseStatus::kUnauthorized), "-cert leaf.pem");
  EXPECT_TRUE(absl::StrContains(said, "Responder Error: unauthorized (6)")) << said;
  said = Judge(OcspErrorResponse(OcspResponseStatus::kMalformedRequest), "-cert leaf.pem");
  EXPECT_TRUE(absl::StrContains(said, "Responder Error: malformedrequest (1)")) << said;
  said = Judge(OcspErrorResponse(OcspResponseStatus::kInternalError), "-cert leaf.pem");
  EXPECT_TRUE(absl::StrContains(said, "Responder Error: internalerror (2)")) << said;
}

// `openssl ocsp` as the responder, whose clock is the machine's.
TEST_P(OcspOpenSslTest, WeBelieveItsResponses) {
  const absl::Time now = absl::Now();
  const TestOcspResponder responder = MakeChangedOcspResponder(
      fixture_.ca, GetParam(), [now](TbsTemplateOptions&, LintPolicy& policy, CertSpec& spec) {
        spec.not_before = now - absl::Minutes(5);
        spec.not_after = now + absl::Hours(24);
        policy.issuer_not_after = spec.not_after;
      });
  Write("now.pem", CertificatePem(responder.certificate));
  Write("now.key", KeyPem(responder.key.get()));
  const std::string hex = absl::AsciiStrToUpper(absl::BytesToHexString(serial_));
  const struct {
    std::string index;
    OcspCertStatus status;
    RevocationReason reason;
  } kCases[] = {
      {absl::StrCat("V\t491231235959Z\t\t", hex, "\tunknown\t/CN=leaf\n"), OcspCertStatus::kGood,
       RevocationReason::kUnspecified},
      {absl::StrCat("R\t491231235959Z\t260601120000Z,superseded\t", hex, "\tunknown\t/CN=leaf\n"),
       OcspCertStatus::kRevoked, RevocationReason::kSuperseded},
      {"", OcspCertStatus::kUnknown, RevocationReason::kUnspecified},
  };
  // Ed25519 takes no digest of the program's choosing.
  const std::string digest = GetParam() == KeyType::kEd25519 ? "" : " -rmd sha256";
  for (const auto& row : kCases) {
    for (const char* id : {"", " -resp_key_id"}) {
      Write("index.txt", row.index);
      Write("request.der",
            BuildOcspRequest(fixture_.hashes, CertIdHash::kSha256, serial_, "n0nce"));
      const std::string said = OpenSsl(
          absl::StrCat("-index index.txt -CA issuer.pem -rsigner now.pem -rkey now.key -ndays 1"
                       " -reqin request.der -respout response.der",
                       id, digest));
      const std::string der = Read("response.der");
      const auto response = ParseOcspResponse(der);
      ASSERT_TRUE(response.ok()) << response.status() << said;
      const auto single = VerifyOcspResponse(
          *response,
          {.issuer = &fixture_.issuer, .serial = serial_, .nonce = "n0nce", .at = absl::Now()});
      ASSERT_TRUE(single.ok()) << single.status() << said;
      EXPECT_EQ(response->responder_name.empty(), *id != '\0');
      EXPECT_EQ(response->nonce, "n0nce");
      EXPECT_EQ((*single)->revocation.status, row.status);
      EXPECT_EQ((*single)->revocation.reason, row.reason);
      if (row.status == OcspCertStatus::kRevoked) {
        EXPECT_EQ((*single)->revocation.revoked_at, kTestNow);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, OcspOpenSslTest,
                         ::testing::Values(KeyType::kP256, KeyType::kRsa2048, KeyType::kEd25519),
                         [](const auto& info) { return std::string(KeyTypeName(info.param)); });

}  // namespace
}  // namespace fleetca::x509
