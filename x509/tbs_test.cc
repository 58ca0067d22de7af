#include "x509/tbs.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/name_constraints.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

constexpr KeyType kKeyTypes[] = {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                 KeyType::kEd25519};

const TestCa& SharedCa() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

std::string Build(const TbsTemplateOptions& options, const CertSpec& spec) {
  auto made = TbsTemplate::Create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return (*made)->Build(spec);
}

X509_EXTENSION* NewExtension(X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, nullptr, nullptr, nullptr, 0);
  return X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
}

std::string Hex(absl::string_view bytes) {
  char* text = OPENSSL_buf2hexstr(AsUnsigned(bytes), static_cast<long>(bytes.size()));
  std::string hex(text);
  OPENSSL_free(text);
  return hex;
}

// The same certificate made by OpenSSL from the same facts, field by field. Octet by octet equal
// bytes mean that the template says exactly what OpenSSL would.
std::string OpenSslTbs(const TestCa& ca, const CertSpec& spec) {
  X509Ptr made(X509_new());
  X509* const certificate = made.get();
  EXPECT_EQ(X509_set_version(certificate, 2), 1);
  const BignumPtr serial(BN_bin2bn(AsUnsigned(spec.serial.bytes()), SerialNumber::kSize, nullptr));
  EXPECT_NE(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)), nullptr);
  const auto read_name = [](absl::string_view der) {
    const unsigned char* cursor = AsUnsigned(der);
    return d2i_X509_NAME(nullptr, &cursor, static_cast<long>(der.size()));
  };
  X509_NAME* issuer = read_name(ca.subject);
  X509_NAME* subject = read_name(spec.subject);
  EXPECT_EQ(X509_set_issuer_name(certificate, issuer), 1);
  EXPECT_EQ(X509_set_subject_name(certificate, subject), 1);
  X509_NAME_free(issuer);
  X509_NAME_free(subject);
  ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(spec.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(spec.not_after));
  const unsigned char* cursor = AsUnsigned(spec.subject_public_key_info);
  EvpPkeyPtr key(
      d2i_PUBKEY(nullptr, &cursor, static_cast<long>(spec.subject_public_key_info.size())));
  EXPECT_EQ(X509_set_pubkey(certificate, key.get()), 1);

  const auto add = [certificate](int nid, const std::string& value) {
    X509_EXTENSION* extension = NewExtension(certificate, nid, value);
    ASSERT_NE(extension, nullptr) << value << ": " << DrainOpenSslErrors();
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, "critical,CA:FALSE");
  add(NID_key_usage, "critical,digitalSignature");
  add(NID_ext_key_usage, "serverAuth,clientAuth");
  add(NID_subject_key_identifier, Hex(KeyIdentifier(spec.key_bits)));
  // OpenSSL's configuration syntax takes this one from an issuer certificate only.
  AUTHORITY_KEYID* akid = AUTHORITY_KEYID_new();
  akid->keyid = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(akid->keyid, AsUnsigned(ca.key_id), static_cast<int>(ca.key_id.size()));
  EXPECT_EQ(X509_add1_ext_i2d(certificate, NID_authority_key_identifier, akid, 0, 0), 1);
  AUTHORITY_KEYID_free(akid);
  add(NID_info_access, "caIssuers;URI:http://pki.fleet.example/issuing.der");
  add(NID_crl_distribution_points, "URI:http://pki.fleet.example/issuing.crl");
  add(NID_subject_alt_name,
      absl::StrCat(spec.subject.size() == 2 ? "critical," : "",
                   "URI:spiffe://fleet.example/svc/web,DNS:web.fleet.example"));

  // Signing writes the algorithm identifiers; the signature itself is thrown away.
  const EVP_MD* hash = ca.scheme == SignatureScheme::kEd25519       ? nullptr
                       : ca.scheme == SignatureScheme::kEcdsaSha384 ? EVP_sha384()
                                                                    : EVP_sha256();
  EXPECT_GT(X509_sign(certificate, ca.key.get(), hash), 0) << DrainOpenSslErrors();
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_tbs(certificate, &der);
  std::string tbs(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return tbs;
}

TEST(TbsTemplate, SaysWhatOpenSslWouldOctetForOctet) {
  for (const KeyType issuer_type : kKeyTypes) {
    const TestCa ca = MakeTestRoot(issuer_type);
    for (const KeyType subject_type : kKeyTypes) {
      SCOPED_TRACE(absl::StrCat(KeyTypeName(issuer_type), " over ", KeyTypeName(subject_type)));
      CertSpec spec = LeafSpec(TestKey::OfType(subject_type));
      EXPECT_EQ(Hex(Build(LeafOptions(ca), spec)), Hex(OpenSslTbs(ca, spec)));
      spec.subject = BuildName("Fleet", "web \xc3\xa9t\xc3\xa9");
      EXPECT_EQ(Hex(Build(LeafOptions(ca), spec)), Hex(OpenSslTbs(ca, spec)));
    }
  }
}

TEST(TbsTemplate, MakesCertificatesThatOpenSslReadsAndVerifies) {
  for (const KeyType issuer_type : kKeyTypes) {
    const TestCa ca = MakeTestRoot(issuer_type);
    for (const KeyType subject_type : kKeyTypes) {
      SCOPED_TRACE(absl::StrCat(KeyTypeName(issuer_type), " over ", KeyTypeName(subject_type)));
      const TestKey& key = TestKey::OfType(subject_type);
      const std::string der = IssueLeaf(ca, key);
      const X509Ptr certificate = OpenSslCertificate(der);
      ASSERT_NE(certificate, nullptr);
      EXPECT_EQ(X509_get_version(certificate.get()), X509_VERSION_3);
      EXPECT_EQ(X509_verify(certificate.get(), ca.key.get()), 1) << DrainOpenSslErrors();
      EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), key.get()), 1);
      EXPECT_EQ(X509_get_key_usage(certificate.get()), uint32_t{KU_DIGITAL_SIGNATURE});
      EXPECT_EQ(X509_get_extended_key_usage(certificate.get()),
                uint32_t{XKU_SSL_SERVER | XKU_SSL_CLIENT});
      EXPECT_EQ(X509_check_ca(certificate.get()), 0);
      EXPECT_EQ(X509_check_host(certificate.get(), "web.fleet.example", 0, 0, nullptr), 1);
      EXPECT_EQ(X509_get_extension_flags(certificate.get()) & (EXFLAG_INVALID | EXFLAG_CRITICAL),
                0u);
      // Written again from what was read, it is the same: the encoding is DER.
      unsigned char* again = nullptr;
      const int size = i2d_re_X509_tbs(certificate.get(), &again);
      const auto parsed = ParseCertificate(der);
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_EQ(parsed->tbs,
                absl::string_view(reinterpret_cast<char*>(again), static_cast<size_t>(size)));
      OPENSSL_free(again);
    }
  }
}

// Adds `der` to an OpenSSL stack.
void Push(STACK_OF(X509) * stack, absl::string_view der) {
  sk_X509_push(stack, OpenSslCertificate(der).release());
}

// X509_V_OK, or the error of OpenSSL's path validation in its strict mode.
int VerifyChain(absl::string_view root, absl::string_view intermediate, absl::string_view leaf,
                absl::Time now) {
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, OpenSslCertificate(root).get());
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE |
                                              X509_V_FLAG_POLICY_CHECK);
  X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(now));
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
  STACK_OF(X509)* chain = sk_X509_new_null();
  Push(chain, intermediate);
  const X509Ptr target = OpenSslCertificate(leaf);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, target.get(), chain);
  const int result = X509_verify_cert(context);
  const int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  sk_X509_pop_free(chain, X509_free);
  X509_STORE_free(store);
  return result == 1 ? X509_V_OK : error;
}

TEST(TbsTemplate, ChainsPassOpenSslStrict) {
  for (const KeyType root_type : kKeyTypes) {
    for (const KeyType issuing_type : kKeyTypes) {
      SCOPED_TRACE(absl::StrCat(KeyTypeName(root_type), " over ", KeyTypeName(issuing_type)));
      const TestCa root = MakeTestRoot(root_type);
      const TestCa issuing = MakeTestIssuingCa(root, issuing_type);
      const std::string leaf = IssueLeaf(issuing, TestKey::OfType(KeyType::kP256));
      EXPECT_EQ(VerifyChain(root.certificate, issuing.certificate, leaf, kTestNow), X509_V_OK);
      EXPECT_EQ(VerifyChain(root.certificate, issuing.certificate, leaf,
                            kTestNow + absl::Hours(24) + absl::Seconds(1)),
                X509_V_ERR_CERT_HAS_EXPIRED);
      EXPECT_NE(VerifyChain(root.certificate, root.certificate, leaf, kTestNow), X509_V_OK);
    }
  }
}

TEST(TbsTemplate, ReservesExactlyWhatItWrites) {
  const TestCa& ca = SharedCa();
  const std::string dns = std::string(63, 'a') + ".fleet.example";
  // Past the lengths where a DER length grows by an octet: 127, 255 and 65535.
  for (const size_t names : {0, 1, 2, 3, 10, 13, 14, 30, 800, 1000}) {
    CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
    spec.names.clear();
    for (size_t i = 0; i < names; ++i) {
      spec.names.push_back({NameType::kDns, dns});
    }
    for (const bool empty_subject : {true, false}) {
      spec.subject = empty_subject ? BuildName("", "") : BuildName("Fleet", "web");
      const std::string tbs = Build(LeafOptions(ca), spec);
      der::Reader reader(tbs);
      absl::string_view contents;
      ASSERT_TRUE(reader.Read(der::kSequence, &contents)) << names;
      EXPECT_TRUE(reader.empty()) << names;
      EXPECT_TRUE(der::IsWellFormed(tbs, 16)) << names;
      EXPECT_EQ(tbs.capacity(), std::max<size_t>(tbs.size(), 15)) << names;
    }
  }
}

TEST(TbsTemplate, CutsOverToGeneralizedTimeIn2050) {
  const absl::Time year_2050 = absl::FromUnixSeconds(2'524'608'000);
  CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
  struct {
    absl::Time not_before;
    absl::Time not_after;
    absl::string_view validity;
  } const kCases[] = {
      {year_2050 - absl::Seconds(2), year_2050 - absl::Seconds(1),
       "\x30\x1e\x17\x0d"
       "491231235958Z\x17\x0d"
       "491231235959Z"},
      {year_2050 - absl::Seconds(1), year_2050 - absl::Milliseconds(1),
       "\x30\x1e\x17\x0d"
       "491231235959Z\x17\x0d"
       "491231235959Z"},
      {year_2050 - absl::Seconds(1), year_2050,
       "\x30\x20\x17\x0d"
       "491231235959Z\x18\x0f"
       "20500101000000Z"},
      {year_2050, year_2050 + absl::Seconds(1),
       "\x30\x22\x18\x0f"
       "20500101000000Z\x18\x0f"
       "20500101000001Z"},
  };
  for (const auto& one : kCases) {
    spec.not_before = one.not_before;
    spec.not_after = one.not_after;
    const std::string tbs = Build(LeafOptions(SharedCa()), spec);
    EXPECT_EQ(TbsParts(tbs).validity, one.validity);
    der::Reader reader(tbs);
    absl::string_view contents;
    EXPECT_TRUE(reader.Read(der::kSequence, &contents) && reader.empty());
  }
}

TEST(TbsTemplate, WritesEachKindOfName) {
  CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
  spec.names = {{NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)},
                {NameType::kEmail, "ops@fleet.example"},
                {NameType::kDns, "a.example"},
                {NameType::kUri, "spiffe://fleet.example/a"}};
  const TbsParts parts(Build(LeafOptions(SharedCa()), spec));
  EXPECT_EQ(parts.extensions.back(),
            TestExtension(oid::kSubjectAltName, true, BuildSubjectAltName(spec.names)));
}

TEST(TbsTemplate, LeavesOutWhatIsEmptyAndAppendsExtras) {
  TbsTemplateOptions options = LeafOptions(SharedCa());
  options.extended_key_usage.clear();
  options.ca_issuers_url.clear();
  options.crl_url.clear();
  CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
  spec.names.clear();
  spec.subject = BuildName("Fleet", "web");
  spec.extra_extensions = TestExtension(oid::kDefaultFleetArc, false, oid::Bytes("\x05\x00")) +
                          TestExtension(oid::Bytes("\x2a\x03"), false, oid::Bytes("\x05\x00"));
  const TbsParts parts(Build(options, spec));
  ASSERT_EQ(parts.extensions.size(), 6u);
  EXPECT_EQ(parts.Find(oid::kBasicConstraints), 0u);
  EXPECT_EQ(parts.Find(oid::kKeyUsage), 1u);
  EXPECT_EQ(parts.Find(oid::kSubjectKeyIdentifier), 2u);
  EXPECT_EQ(parts.Find(oid::kAuthorityKeyIdentifier), 3u);
  EXPECT_EQ(parts.Find(oid::kDefaultFleetArc), 4u);
  EXPECT_EQ(parts.extensions[5],
            TestExtension(oid::Bytes("\x2a\x03"), false, oid::Bytes("\x05\x00")));
}

TEST(TbsTemplate, WritesEachKeyUsageBitAsRfc5280NumbersIt) {
  struct {
    uint16_t bits;
    absl::string_view encoding;
  } const kCases[] = {
      {kDigitalSignature, oid::Bytes("\x03\x02\x07\x80")},
      {kDigitalSignature | kKeyEncipherment, oid::Bytes("\x03\x02\x05\xa0")},
      {kDigitalSignature | kKeyAgreement, oid::Bytes("\x03\x02\x03\x88")},
      {kCrlSign, oid::Bytes("\x03\x02\x01\x02")},
      {1 << 7, oid::Bytes("\x03\x02\x00\x01")},
      {1 << 8, oid::Bytes("\x03\x03\x07\x00\x80")},
      {1 << 8 | kKeyAgreement, oid::Bytes("\x03\x03\x07\x08\x80")},
  };
  for (const auto& one : kCases) {
    TbsTemplateOptions options = LeafOptions(SharedCa());
    options.key_usage = one.bits;
    const TbsParts parts(Build(options, LeafSpec(TestKey::OfType(KeyType::kP256))));
    EXPECT_EQ(Hex(parts.extensions[1]), Hex(TestExtension(oid::kKeyUsage, true, one.encoding)))
        << one.bits;
  }
}

TEST(TbsTemplate, RefusesOptionsThatNoCertificateMayHave) {
  const auto expect = [](absl::string_view field, void (*change)(TbsTemplateOptions&)) {
    TbsTemplateOptions options = LeafOptions(SharedCa());
    change(options);
    const auto made = TbsTemplate::Create(options);
    ASSERT_FALSE(made.ok()) << field;
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(GetReason(made.status()), Reason::kConfigInvalid);
    EXPECT_EQ(GetField(made.status()), field) << made.status();
  };
  using Options = TbsTemplateOptions;
  expect("issuer", [](Options& o) { o.issuer.clear(); });
  expect("issuer", [](Options& o) { o.issuer = std::string("\x30\x00", 2); });
  expect("issuer", [](Options& o) { o.issuer += '\0'; });
  expect("issuer", [](Options& o) { o.issuer = "O=Fleet"; });
  expect("issuer", [](Options& o) { o.issuer = std::string("\x30\x02\x31\x80", 4); });
  expect("authority_key_id", [](Options& o) { o.authority_key_id.clear(); });
  expect("authority_key_id", [](Options& o) { o.authority_key_id = std::string(65, 'a'); });
  expect("key_usage", [](Options& o) { o.key_usage = 0; });
  expect("key_usage", [](Options& o) { o.key_usage = 1 << 9; });
  expect("key_usage", [](Options& o) { o.key_usage = kKeyCertSign; });
  expect("key_usage", [](Options& o) { o.is_ca = true; });
  expect("path_length", [](Options& o) { o.path_length = 0; });
  expect("path_length", [](Options& o) {
    o.is_ca = true;
    o.key_usage = kKeyCertSign;
    o.path_length = -1;
  });
  expect("name_constraints", [](Options& o) {
    o.name_constraints =
        NameConstraints{.permitted = {.dns_domains = {"a.example"}}, .excluded = {}};
  });
  expect("name_constraints.excluded.dns_domains[0]", [](Options& o) {
    o.is_ca = true;
    o.key_usage = kKeyCertSign;
    o.name_constraints = NameConstraints{.permitted = {}, .excluded = {.dns_domains = {"*"}}};
  });
  expect("extended_key_usage", [](Options& o) { o.extended_key_usage.push_back(""); });
  expect("extended_key_usage", [](Options& o) { o.extended_key_usage.push_back("\x2b\x80"); });
  expect("extended_key_usage",
         [](Options& o) { o.extended_key_usage.push_back(o.extended_key_usage[0]); });
  expect("ca_issuers_url", [](Options& o) { o.ca_issuers_url = "pki.fleet.example"; });
  expect("ca_issuers_url", [](Options& o) { o.ca_issuers_url = "http://a b"; });
  expect("crl_url", [](Options& o) { o.crl_url = "http://a\n"; });
  expect("crl_url", [](Options& o) { o.crl_url = "http://" + std::string(2048, 'a'); });
}

}  // namespace
}  // namespace fleetca::x509
