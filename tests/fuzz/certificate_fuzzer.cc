// Fuzzes ParseCertificate and ParseTrustAnchor. Invariants: what parses is DER all the way down,
// every view lies inside the input, and where OpenSSL reads the same bytes it reads the same
// certificate. Whatever is a certificate may be a trust anchor, too. Of another trust anchor, which
// is read for its name and key, those and the dates are OpenSSL's.
#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "base/openssl.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/san.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

void CheckInside(absl::string_view part, absl::string_view whole) {
  FLEETCA_FUZZ_REQUIRE(part.empty() || (part.data() >= whole.data() &&
                                        part.data() + part.size() <= whole.data() + whole.size()));
}

absl::string_view View(const ASN1_STRING* string) {
  return absl::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                           static_cast<size_t>(ASN1_STRING_length(string)));
}

void CheckName(const X509_NAME* name, absl::string_view expected) {
  const unsigned char* der = nullptr;
  size_t size = 0;
  FLEETCA_FUZZ_REQUIRE(X509_NAME_get0_der(name, &der, &size) == 1);
  FLEETCA_FUZZ_REQUIRE(absl::string_view(reinterpret_cast<const char*>(der), size) == expected);
}

void CheckTime(const ASN1_TIME* time, absl::Time expected) {
  tm fields = {};
  FLEETCA_FUZZ_REQUIRE(ASN1_TIME_to_tm(time, &fields) == 1);
  FLEETCA_FUZZ_REQUIRE(timegm(&fields) == absl::ToTimeT(expected));
}

// OpenSSL keeps the octets of the BIT STRING, the first octet lowest.
uint32_t AsOpenSslKeyUsage(uint16_t bits) {
  uint32_t usage = 0;
  for (int bit = 0; bit < 9; ++bit) {
    usage |= (bits >> bit & 1u) << (bit / 8 * 8 + 7 - bit % 8);
  }
  return usage;
}

void CheckNames(X509* openssl, const GeneralNames& expected) {
  auto* names = static_cast<STACK_OF(GENERAL_NAME)*>(
      X509_get_ext_d2i(openssl, NID_subject_alt_name, nullptr, nullptr));
  if (names == nullptr) {
    return;
  }
  size_t next = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS && name->type != GEN_URI && name->type != GEN_EMAIL &&
        name->type != GEN_IPADD) {
      continue;
    }
    FLEETCA_FUZZ_REQUIRE(next < expected.size());
    const NameType type = name->type == GEN_DNS     ? NameType::kDns
                          : name->type == GEN_URI   ? NameType::kUri
                          : name->type == GEN_EMAIL ? NameType::kEmail
                                                    : NameType::kIp;
    FLEETCA_FUZZ_REQUIRE(expected[next].type == type && expected[next].value == View(name->d.ia5));
    ++next;
  }
  FLEETCA_FUZZ_REQUIRE(next == expected.size());
  GENERAL_NAMES_free(names);
}

void CheckAgainstOpenSsl(const Certificate& certificate, bool is_trust_anchor_alone) {
  const X509Ptr openssl = OpenSslCertificate(certificate.der);
  if (openssl == nullptr) {
    return;
  }
  CheckName(X509_get_issuer_name(openssl.get()), certificate.issuer);
  CheckName(X509_get_subject_name(openssl.get()), certificate.subject);
  CheckTime(X509_get0_notBefore(openssl.get()), certificate.not_before);
  CheckTime(X509_get0_notAfter(openssl.get()), certificate.not_after);
  if (is_trust_anchor_alone) {
    ERR_clear_error();
    return;
  }
  FLEETCA_FUZZ_REQUIRE(X509_get_ext_count(openssl.get()) ==
                       static_cast<int>(certificate.extensions.size()));
  CheckNames(openssl.get(), certificate.names);
  const uint32_t flags = X509_get_extension_flags(openssl.get());
  if ((flags & EXFLAG_INVALID) == 0) {
    FLEETCA_FUZZ_REQUIRE(((flags & EXFLAG_CA) != 0) == certificate.is_ca);
    const uint32_t usage = X509_get_key_usage(openssl.get());
    FLEETCA_FUZZ_REQUIRE(
        usage ==
        (certificate.key_usage == 0 ? UINT32_MAX : AsOpenSslKeyUsage(certificate.key_usage)));
  }
  ERR_clear_error();
}

}  // namespace
}  // namespace fleetca::x509

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  std::vector<std::string> seeds;
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa root = MakeTestRoot(type);
    const TestCa issuing = MakeTestIssuingCa(root, type);
    seeds.push_back(root.certificate);
    seeds.push_back(issuing.certificate);
    seeds.push_back(IssueLeaf(issuing, testing::TestKey::Make(type)));
  }
  seeds.push_back(
      fleetca::testing::MakeByOpenSsl(
          {.not_before = kTestNow, .not_after = kTestNow, .version = 1, .extensions = {}})
          .der);
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const bool is_certificate = ParseCertificate(input).ok();
  const auto certificate = ParseTrustAnchor(input);
  FLEETCA_FUZZ_REQUIRE(certificate.ok() || !is_certificate);
  if (!certificate.ok()) {
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(!is_certificate || certificate->version == 3);
  FLEETCA_FUZZ_REQUIRE(!is_certificate || der::IsWellFormed(input, 32));
  FLEETCA_FUZZ_REQUIRE(certificate->der == input);
  for (const absl::string_view part :
       {certificate->tbs, certificate->serial, certificate->issuer, certificate->subject,
        certificate->public_key.spki, certificate->signature, certificate->subject_key_id,
        certificate->authority_key_id}) {
    CheckInside(part, input);
  }
  for (const Extension& extension : certificate->extensions) {
    CheckInside(extension.value, input);
    FLEETCA_FUZZ_REQUIRE(certificate->Find(extension.oid) == &extension);  // each OID once
  }
  CheckAgainstOpenSsl(*certificate, !is_certificate);
  (void)VerifySignedBy(*certificate, *certificate);
  return 0;
}
