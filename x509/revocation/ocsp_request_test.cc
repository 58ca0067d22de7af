#include "x509/revocation/ocsp_request.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
std::string Tagged(int n, absl::string_view contents) {
  return der::Encode(der::ContextConstructed(n), contents);
}

const IssuerHashes& Issuer() {
  static const auto* const kIssuer = new IssuerHashes("name", "key");
  return *kIssuer;
}

std::string CertIdElement(CertIdHash hash = CertIdHash::kSha1) {
  std::string id;
  Issuer().AppendCertId(hash, OcspFixture::kSerial, &id);
  return id;
}

std::string Extension(absl::string_view oid, absl::string_view value, bool critical = false) {
  return Seq(der::Encode(der::kOid, oid) + (critical ? Bytes("\x01\x01\xff") : std::string()) +
             der::Encode(der::kOctetString, value));
}

std::string Nonce(size_t size) {
  return Extension(oid::kOcspNonce, der::Encode(der::kOctetString, std::string(size, 'n')));
}

// An OCSPRequest from its parts, each a run of elements.
struct Parts {
  std::string before_list;
  std::string requests = Seq(CertIdElement());
  std::string after_list;
  std::string after_tbs;

  std::string Encode() const {
    return Seq(Seq(before_list + Seq(requests) + after_list) + after_tbs);
  }
};

std::string WithExtensions(absl::string_view extensions) {
  Parts parts;
  parts.after_list = Tagged(2, Seq(extensions));
  return parts.Encode();
}

TEST(ParseOcspRequest, ReadsWhatIsBuilt) {
  for (const CertIdHash hash : {CertIdHash::kSha1, CertIdHash::kSha256}) {
    for (const size_t nonce_size : {0, 1, 32, 128}) {
      const std::string nonce(nonce_size, '\x9c');
      const std::string der = BuildOcspRequest(Issuer(), hash, OcspFixture::kSerial, nonce);
      const auto request = ParseOcspRequest(der);
      ASSERT_TRUE(request.ok()) << request.status();
      EXPECT_EQ(request->cert_id.hash, hash);
      EXPECT_EQ(request->cert_id.serial, OcspFixture::kSerial);
      EXPECT_TRUE(Issuer().Matches(request->cert_id));
      EXPECT_EQ(request->nonce.has_value(), nonce_size != 0);
      EXPECT_EQ(request->nonce.value_or(""), nonce);
    }
  }
}

TEST(ParseOcspRequest, LooksPastWhoAsksAndWhoSigned) {
  Parts parts;
  // requestorName [1] { directoryName [4] { Name } }, and a signature with a certificate.
  parts.before_list = Tagged(1, Tagged(4, Seq("")));
  parts.after_tbs = Tagged(0, Seq(Seq(Bytes("\x06\x03\x2b\x65\x70")) + Bytes("\x03\x02\x00\xff") +
                                  Tagged(0, Seq(Seq("")))));
  // An extension that is unknown and not critical, and one of the single request.
  parts.after_list = Tagged(2, Seq(Extension("\x2a\x03", "") + Nonce(4)));
  parts.requests = Seq(CertIdElement() + Tagged(0, Seq(Extension("\x2a\x03", "any"))));
  const std::string der = parts.Encode();
  const auto request = ParseOcspRequest(der);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(*request->nonce, "nnnn");
  // A nonce that is critical is a nonce.
  const std::string critical = WithExtensions(
      Extension(oid::kOcspNonce, der::Encode(der::kOctetString, "n"), /*critical=*/true));
  EXPECT_TRUE(ParseOcspRequest(critical).ok());
}

struct Defect {
  absl::string_view field;
  absl::string_view phrase;
  std::string der;
};

std::string With(void (*spoil)(Parts&)) {
  Parts parts;
  spoil(parts);
  return parts.Encode();
}

std::vector<Defect> Defects() {
  const std::string good = Parts().Encode();
  static constexpr char kWhole[] = "ocsp_request";
  static constexpr char kList[] = "ocsp_request.request_list";
  static constexpr char kExtensions[] = "ocsp_request.extensions";
  return {
      {kWhole, "not one SEQUENCE", ""},
      {kWhole, "not one SEQUENCE", Bytes("\x05\x00")},
      {kWhole, "not one SEQUENCE", good + Bytes("\x05\x00")},
      {kWhole, "not DER", good + std::string(1, '\0')},
      {kWhole, "not DER", good.substr(0, good.size() - 1)},
      {kWhole, "not DER", Bytes("\x30\x80") + good.substr(2) + Bytes("\x00\x00")},
      {kWhole, "more than 65536", std::string(65537, '\0')},
      {kWhole, "names a version",
       With([](Parts& p) { p.before_list = Tagged(0, "\x02\x01\x01"); })},
      {kWhole, "names a version",
       With([](Parts& p) { p.before_list = Tagged(0, Bytes("\x02\x01\x00")); })},
      {kWhole, "requestorName", With([](Parts& p) { p.before_list = Tagged(1, ""); })},
      {kWhole, "requestorName",
       With([](Parts& p) { p.before_list = Tagged(1, Tagged(4, "") + Tagged(4, "")); })},
      {kList, "asks about no certificate", With([](Parts& p) { p.requests.clear(); })},
      {kList, "more than one", With([](Parts& p) { p.requests += p.requests; })},
      {kList, "not a SEQUENCE", With([](Parts& p) { p.requests = Bytes("\x05\x00"); })},
      {kList, "not a CertID", With([](Parts& p) { p.requests = Seq(""); })},
      {kList, "something after its fields",
       With([](Parts& p) { p.requests = Seq(CertIdElement() + Bytes("\x05\x00")); })},
      {kExtensions, "critical one", With([](Parts& p) {
         p.requests = Seq(CertIdElement() + Tagged(0, Seq(Extension("\x2a\x03", "", true))));
       })},
      // A nonce belongs to the request as a whole.
      {kExtensions, "critical one", With([](Parts& p) {
         p.requests = Seq(CertIdElement() + Tagged(0, Seq(Extension(oid::kOcspNonce, "", true))));
       })},
      {kWhole, "after its fields", With([](Parts& p) { p.after_list = Bytes("\x05\x00"); })},
      {kWhole, "signature", With([](Parts& p) { p.after_tbs = Bytes("\x05\x00"); })},
      {kWhole, "signature", With([](Parts& p) { p.after_tbs = Tagged(0, Seq("")); })},
      {kWhole, "signature", With([](Parts& p) {
         p.after_tbs = Tagged(0, Seq(Seq("") + Bytes("\x03\x02\x00\xff\x05\x00")));
       })},
      {kExtensions, "not one SEQUENCE",
       With([](Parts& p) { p.after_list = Tagged(2, Bytes("\x05\x00")); })},
      {kExtensions, "empty list", WithExtensions("")},
      {kExtensions, "not DER", WithExtensions(Seq(""))},
      {kExtensions, "not DER", WithExtensions(Seq(Bytes("\x06\x02\x2a\x03\x01\x01\x00\x04\x01n")))},
      {kExtensions, "critical one", WithExtensions(Extension("\x2a\x03", "", true))},
      {kExtensions, "have one twice", WithExtensions(Nonce(1) + Nonce(1))},
      {kExtensions, "have one twice",
       WithExtensions(Extension("\x2a\x03", "") + Extension("\x2a\x03", ""))},
      {kExtensions, "1 to 128", WithExtensions(Nonce(0))},
      {kExtensions, "1 to 128", WithExtensions(Nonce(129))},
      {kExtensions, "1 to 128", WithExtensions(Extension(oid::kOcspNonce, "raw"))},
      {kExtensions, "1 to 128", WithExtensions(Extension(oid::kOcspNonce, ""))},
  };
}

TEST(ParseOcspRequest, RefusesEachDefectByName) {
  for (const Defect& defect : Defects()) {
    const auto request = ParseOcspRequest(defect.der);
    EXPECT_THAT(request, IsInvalid(Reason::kOcspRequestMalformed, defect.field)) << defect.phrase;
    EXPECT_TRUE(absl::StrContains(request.status().message(), defect.phrase))
        << "\"" << defect.phrase << "\" is not in: " << request.status();
  }
  std::string many;
  for (char c = 0; c < 17; ++c) {
    many += Extension(std::string("\x2a") + c, "");
  }
  EXPECT_TRUE(absl::StrContains(ParseOcspRequest(WithExtensions(many)).status().message(), "16"));
}

TEST(ParseOcspRequest, NamesAHashThatIsNotSupported) {
  Parts parts;
  parts.requests =
      Seq(Seq(Seq(Bytes("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03")) +
              der::Encode(der::kOctetString, std::string(64, 'n')) +
              der::Encode(der::kOctetString, std::string(64, 'k')) + Bytes("\x02\x01\x05")));
  EXPECT_THAT(ParseOcspRequest(parts.Encode()),
              IsInvalid(Reason::kOcspHashUnsupported, "ocsp_request.request_list"));
}

// A request that is cut anywhere is refused.
TEST(ParseOcspRequest, NoPartIsEnough) {
  const std::string good =
      BuildOcspRequest(Issuer(), CertIdHash::kSha256, OcspFixture::kSerial, std::string(32, 'n'));
  for (size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(ParseOcspRequest(absl::string_view(good).substr(0, i)).ok());
  }
}

}  // namespace
}  // namespace fleetca::x509
