#include "x509/revocation/crl_writer.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

struct CrlDeleter {
  void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
};
using CrlPtr = std::unique_ptr<X509_CRL, CrlDeleter>;

ASN1_INTEGER* NewInteger(absl::string_view magnitude) {
  BIGNUM* number = BN_bin2bn(AsUnsigned(magnitude), static_cast<int>(magnitude.size()), nullptr);
  ASN1_INTEGER* integer = BN_to_ASN1_INTEGER(number, nullptr);
  BN_free(number);
  return integer;
}

// The same CRL made by OpenSSL from the same facts, without issuingDistributionPoint.
std::string OpenSslTbs(const TestCa& ca, const CrlSpec& spec,
                       const std::vector<CrlEntry>& entries) {
  CrlPtr made(X509_CRL_new());
  X509_CRL* const crl = made.get();
  EXPECT_EQ(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
  const unsigned char* cursor = AsUnsigned(ca.subject);
  X509_NAME* name = d2i_X509_NAME(nullptr, &cursor, static_cast<long>(ca.subject.size()));
  EXPECT_EQ(X509_CRL_set_issuer_name(crl, name), 1);
  X509_NAME_free(name);
  ASN1_TIME* time = ASN1_TIME_set(nullptr, absl::ToTimeT(spec.this_update));
  X509_CRL_set1_lastUpdate(crl, time);
  ASN1_TIME_set(time, absl::ToTimeT(spec.next_update));
  X509_CRL_set1_nextUpdate(crl, time);
  for (const CrlEntry& entry : entries) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* serial = NewInteger(entry.serial);
    X509_REVOKED_set_serialNumber(revoked, serial);
    ASN1_INTEGER_free(serial);
    ASN1_TIME_set(time, absl::ToTimeT(entry.revocation_date));
    X509_REVOKED_set_revocationDate(revoked, time);
    if (entry.reason.has_value()) {
      ASN1_ENUMERATED* reason = ASN1_ENUMERATED_new();
      ASN1_ENUMERATED_set(reason, static_cast<long>(*entry.reason));
      EXPECT_EQ(X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, reason, 0, 0), 1);
      ASN1_ENUMERATED_free(reason);
    }
    X509_CRL_add0_revoked(crl, revoked);
  }
  ASN1_TIME_free(time);
  AUTHORITY_KEYID* akid = AUTHORITY_KEYID_new();
  akid->keyid = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(akid->keyid, AsUnsigned(ca.key_id), static_cast<int>(ca.key_id.size()));
  EXPECT_EQ(X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, akid, 0, 0), 1);
  AUTHORITY_KEYID_free(akid);
  ASN1_INTEGER* number = ASN1_INTEGER_new();
  ASN1_INTEGER_set_uint64(number, spec.number);
  EXPECT_EQ(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0), 1);
  ASN1_INTEGER_free(number);
  EXPECT_GT(X509_CRL_sign(crl, ca.key.get(),
                          ca.scheme == SignatureScheme::kEd25519       ? nullptr
                          : ca.scheme == SignatureScheme::kEcdsaSha384 ? EVP_sha384()
                                                                       : EVP_sha256()),
            0)
      << DrainOpenSslErrors();
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_CRL_tbs(crl, &der);
  std::string tbs(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return tbs;
}

TEST(CrlWriter, SaysWhatOpenSslWouldOctetForOctet) {
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa ca = MakeTestRoot(type);
    CrlSpec spec = TestCrlSpec(ca);
    for (const uint64_t number : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 40,
                                  (uint64_t{1} << 63) - 1, uint64_t{1} << 63, ~uint64_t{0}}) {
      spec.number = number;
      for (const int count : {0, 1, 2, 3, 300}) {
        const std::vector<CrlEntry> entries = TestCrlEntries(count);
        EXPECT_EQ(absl::BytesToHexString(BuildTestCrl(spec, entries)),
                  absl::BytesToHexString(OpenSslTbs(ca, spec, entries)))
            << KeyTypeName(type) << " " << number << " " << count;
      }
    }
  }
}

TEST(CrlWriter, WritesAShardsPointAsOpenSslWould) {
  CrlSpec spec = TestCrlSpec(Ca());
  spec.distribution_point = kTestShardUrl;
  const CrlTbsParts parts(BuildTestCrl(spec, TestCrlEntries(2)));
  CONF* configuration = NCONF_new(nullptr);
  BIO* text = BIO_new_mem_buf(
      "[idp]\nfullname=URI:http://pki.fleet.example/crl/issuing/17.crl\nonlyuser=TRUE\n", -1);
  long line = 0;
  ASSERT_EQ(NCONF_load_bio(configuration, text, &line), 1);
  BIO_free(text);
  X509_EXTENSION* extension =
      X509V3_EXT_nconf(configuration, nullptr, "issuingDistributionPoint", "critical,@idp");
  ASSERT_NE(extension, nullptr) << DrainOpenSslErrors();
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  ASSERT_EQ(parts.extensions.size(), 3u);
  EXPECT_EQ(
      parts.extensions[2],
      TestExtension(oid::kIssuingDistributionPoint, true,
                    absl::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                      static_cast<size_t>(ASN1_STRING_length(value)))));
  X509_EXTENSION_free(extension);
  NCONF_free(configuration);
}

TEST(CrlWriter, LeavesOutTheEmptyListAndReasonZero) {
  const CrlSpec spec = TestCrlSpec(Ca());
  const std::string empty = BuildTestCrl(spec, {});
  EXPECT_EQ(CrlTbsParts(empty).Encode(), empty);
  EXPECT_TRUE(CrlTbsParts(empty).entries.empty());
  std::vector<CrlEntry> entries = TestCrlEntries(1);
  const std::string without = BuildTestCrl(spec, entries);
  entries[0].reason = RevocationReason::kUnspecified;
  EXPECT_EQ(BuildTestCrl(spec, entries), without);
}

TEST(CrlWriter, CutsOverToGeneralizedTimeIn2050) {
  const absl::Time year_2050 = absl::FromUnixSeconds(2'524'608'000);
  CrlSpec spec = TestCrlSpec(Ca());
  spec.this_update = year_2050 - absl::Seconds(1);
  spec.next_update = year_2050;
  std::vector<CrlEntry> entries = TestCrlEntries(2);
  entries[0].revocation_date = year_2050 - absl::Milliseconds(1);
  entries[1].revocation_date = year_2050;
  const CrlTbsParts parts(BuildTestCrl(spec, entries));
  EXPECT_EQ(parts.this_update,
            "\x17\x0d"
            "491231235959Z");
  EXPECT_EQ(parts.next_update,
            "\x18\x0f"
            "20500101000000Z");
  EXPECT_TRUE(absl::StrContains(parts.entries[0],
                                "\x17\x0d"
                                "491231235959Z"));
  EXPECT_TRUE(absl::StrContains(parts.entries[1],
                                "\x18\x0f"
                                "20500101000000Z"));
  const auto parsed = ParseTbsCertList(parts.Encode());
  FLEETCA_EXPECT_OK(parsed);
}

TEST(CrlWriter, RefusesWhatNoCrlMayHave) {
  CrlWriter writer(TestCrlSpec(Ca()));
  const auto add = [&writer](absl::string_view serial) {
    return writer.Add({.serial = serial, .revocation_date = kTestNow, .reason = std::nullopt});
  };
  const auto refused = IsError(absl::StatusCode::kInternal, Reason::kInternal);
  using oid::Bytes;
  EXPECT_THAT(add(""), refused);
  EXPECT_THAT(add(Bytes("\x00")), refused);
  EXPECT_THAT(add(Bytes("\x80")), refused);
  EXPECT_THAT(add(Bytes("\x00\x7f")), refused);
  EXPECT_THAT(add(std::string(21, 'a')), refused);
  FLEETCA_EXPECT_OK(add("\x7f"));
  EXPECT_THAT(add("\x7f"), refused);
  EXPECT_THAT(add("\x7e"), refused);
  // 128 is more than 127 and less than 256, whatever their first octets are.
  FLEETCA_EXPECT_OK(add(Bytes("\x00\x80")));
  FLEETCA_EXPECT_OK(add(Bytes("\x01\x00")));
  EXPECT_THAT(add(Bytes("\x00\xff")), refused);
  EXPECT_THAT(writer.Add({.serial = "\x02\x01",
                          .revocation_date = kTestNow,
                          .reason = RevocationReason::kRemoveFromCrl}),
              refused);
  EXPECT_EQ(writer.entries(), 3u);
  EXPECT_EQ(CrlTbsParts(std::move(writer).Finish()).entries.size(), 3u);
}

TEST(CrlWriter, ReservesWhatItWrites) {
  CrlSpec spec = TestCrlSpec(Ca());
  spec.distribution_point = kTestShardUrl;
  const std::vector<CrlEntry> entries = TestCrlEntries(8000);
  CrlWriter writer(spec, entries.size());
  for (const CrlEntry& entry : entries) {
    FLEETCA_ASSERT_OK(writer.Add(entry));
  }
  const std::string tbs = std::move(writer).Finish();
  EXPECT_TRUE(der::IsWellFormed(tbs, 16));
  EXPECT_LE(tbs.capacity(), 8000u * 53 + 400);
}

// A shard of a million revoked certificates in 128. The bound is that of a loaded machine and a
// build without optimization.
TEST(CrlWriter, WritesEightThousandEntriesInMilliseconds) {
  const CrlSpec spec = TestCrlSpec(Ca());
  const std::vector<CrlEntry> entries = TestCrlEntries(8000);
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string tbs = BuildTestCrl(spec, entries);
    best = std::min(best, std::chrono::steady_clock::now() - begin);
    EXPECT_GT(tbs.size(), 8000u * 39);
  }
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(best).count();
  std::cout << "8000 entries: " << microseconds << " us" << std::endl;
  RecordProperty("microseconds", std::to_string(microseconds));
  EXPECT_LT(best, std::chrono::milliseconds(200));
}

}  // namespace
}  // namespace fleetca::x509
