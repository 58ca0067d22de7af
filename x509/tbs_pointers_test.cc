// Where the template puts the URLs of issuer, OCSP responder and CRL, and noRevAvail; and that the
// parser and OpenSSL read them.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TestKey;

constexpr char kOcspUrl[] = "http://pki.fleet.example/ocsp";
constexpr char kShardUrl[] = "http://pki.fleet.example/crl/issuing/17.crl";

const TestCa& SharedCa() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

CertSpec Spec() { return LeafSpec(TestKey::OfType(KeyType::kP256)); }

std::string Build(const TbsTemplateOptions& options, const CertSpec& spec) {
  const auto made = TbsTemplate::Create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return (*made)->Build(spec);
}

// The value of an extension as OpenSSL writes it from its configuration syntax.
std::string OpenSslValue(int nid, const char* text) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, text);
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
  std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                    static_cast<size_t>(ASN1_STRING_length(data)));
  X509_EXTENSION_free(extension);
  return value;
}

std::string Signed(const std::string& tbs) {
  const TestCa& ca = SharedCa();
  return AssembleCertificate(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs));
}

TEST(TbsPointers, SayWhatOpenSslWouldOctetForOctet) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  options.ocsp_url = kOcspUrl;
  CertSpec spec = Spec();
  spec.crl_url = kShardUrl;
  const TbsParts parts(Build(options, spec));
  EXPECT_EQ(parts.extensions[parts.Find(oid::kAuthorityInfoAccess)],
            TestExtension(oid::kAuthorityInfoAccess, false,
                          OpenSslValue(NID_info_access,
                                       "OCSP;URI:http://pki.fleet.example/ocsp,"
                                       "caIssuers;URI:http://pki.fleet.example/issuing.der")));
  EXPECT_EQ(parts.extensions[parts.Find(oid::kCrlDistributionPoints)],
            TestExtension(oid::kCrlDistributionPoints, false,
                          OpenSslValue(NID_crl_distribution_points,
                                       "URI:http://pki.fleet.example/crl/issuing/17.crl")));
  EXPECT_EQ(parts.Find(oid::kCrlDistributionPoints), parts.Find(oid::kAuthorityInfoAccess) + 1);
}

TEST(TbsPointers, TheSpecsCrlStandsInThePlaceOfTheTemplates) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  CertSpec spec = Spec();
  const std::string by_template = Build(options, spec);
  const std::string url = options.crl_url;
  options.crl_url = "http://elsewhere.example/";
  spec.crl_url = url;
  EXPECT_EQ(Build(options, spec), by_template);
  options.crl_url.clear();
  EXPECT_EQ(Build(options, spec), by_template);
}

TEST(TbsPointers, ReservesExactlyWhatItWritesForUrlsOfAnyLength) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  options.crl_url.clear();
  CertSpec spec = Spec();
  for (const size_t size : {1, 100, 110, 113, 115, 117, 119, 121, 127, 128, 240, 255, 256, 2000}) {
    const std::string url = "http://" + std::string(size, 'a');
    spec.crl_url = url;
    const std::string tbs = Build(options, spec);
    EXPECT_TRUE(der::IsWellFormed(tbs, 16)) << size;
    EXPECT_EQ(tbs.capacity(), tbs.size()) << size;
    const std::string der = Signed(tbs);
    const auto parsed = ParseCertificate(der);
    FLEETCA_ASSERT_OK(parsed);
    ASSERT_EQ(parsed->crl_urls.size(), 1u);
    EXPECT_EQ(parsed->crl_urls[0], url);
  }
}

TEST(TbsPointers, NoRevAvailIsNullAndAlone) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  options.no_rev_avail = true;
  const auto refusal = [](const TbsTemplateOptions& refused) {
    return TbsTemplate::Create(refused).status();
  };
  EXPECT_THAT(refusal(options), IsInvalid(Reason::kConfigInvalid, "no_rev_avail"));
  options.crl_url.clear();
  options.ocsp_url = kOcspUrl;
  EXPECT_THAT(refusal(options), IsInvalid(Reason::kConfigInvalid, "no_rev_avail"));
  options.ocsp_url.clear();
  const TbsParts parts(Build(options, Spec()));
  EXPECT_EQ(absl::BytesToHexString(parts.extensions[parts.Find(oid::kNoRevAvail)]),
            "30090603551d3804020500");
  const std::string der = Signed(parts.Encode());
  const auto parsed = ParseCertificate(der);
  FLEETCA_ASSERT_OK(parsed);
  EXPECT_TRUE(parsed->no_rev_avail);
  EXPECT_TRUE(parsed->crl_urls.empty());
  options.is_ca = true;
  options.key_usage = kKeyCertSign;
  EXPECT_THAT(refusal(options), IsInvalid(Reason::kConfigInvalid, "no_rev_avail"));
}

TEST(TbsPointers, RefusesAnOcspUrlThatIsNone) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  options.ocsp_url = "ldap://a";
  EXPECT_THAT(TbsTemplate::Create(options).status(), IsInvalid(Reason::kConfigInvalid, "ocsp_url"));
}

// What other CAs write.
TEST(ParsePointers, KeepsEveryUrlAndNothingElse) {
  TbsParts parts(Build(LeafOptions(SharedCa()), Spec()));
  parts.Set(oid::kCrlDistributionPoints, false,
            OpenSslValue(NID_crl_distribution_points,
                         "URI:http://a.example/1,URI:ldap://a.example/cn=x"));
  parts.Set(oid::kAuthorityInfoAccess, false,
            OpenSslValue(NID_info_access,
                         "caIssuers;URI:http://a.example/2,OCSP;URI:http://a.example/3,"
                         "caIssuers;DNS:a.example,1.2.3;URI:http://a.example/4,"
                         "OCSP;URI:http://a example/"));
  const std::string der = Signed(parts.Encode());
  const auto parsed = ParseCertificate(der);
  FLEETCA_ASSERT_OK(parsed);
  EXPECT_EQ(std::vector<std::string>(parsed->crl_urls.begin(), parsed->crl_urls.end()),
            (std::vector<std::string>{"http://a.example/1", "ldap://a.example/cn=x"}));
  ASSERT_EQ(parsed->ocsp_urls.size(), 1u);
  EXPECT_EQ(parsed->ocsp_urls[0], "http://a.example/3");
  ASSERT_EQ(parsed->ca_issuers_urls.size(), 1u);
  EXPECT_EQ(parsed->ca_issuers_urls[0], "http://a.example/2");
  EXPECT_FALSE(parsed->no_rev_avail);
}

TEST(ParsePointers, RefusesWhatIsMalformed) {
  const auto refuse = [](absl::string_view oid, absl::string_view hex) {
    TbsParts parts(Build(LeafOptions(SharedCa()), Spec()));
    parts.Remove(oid == oid::kNoRevAvail ? oid::kAuthorityInfoAccess : oid);
    parts.extensions.push_back(TestExtension(oid, false, absl::HexStringToBytes(hex)));
    const std::string der = Signed(parts.Encode());
    EXPECT_THAT(ParseCertificate(der).status(), IsInvalid(Reason::kFileInvalid, "certificate"))
        << hex;
  };
  for (const char* hex :
       {"", "3000", "0500", "30023000", "300430020500", "30053003810100", "30063004a0028600",
        "30063004a0020500", "300a3008a006a00486016100", "300630048600a000"}) {
    refuse(oid::kCrlDistributionPoints, hex);
  }
  for (const char* hex : {"", "3000", "0500", "30023000",
                          "300530030601"
                          "2a",
                          "30093007"
                          "06012a"
                          "8600"
                          "0500"}) {
    refuse(oid::kAuthorityInfoAccess, hex);
  }
  for (const char* hex : {"", "3000", "05000500", "0101ff"}) {
    refuse(oid::kNoRevAvail, hex);
  }
}

}  // namespace
}  // namespace fleetca::x509
