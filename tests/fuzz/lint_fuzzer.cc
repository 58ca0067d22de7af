// Fuzzes LintTbs. The issuer, serial number and key expected are taken from the input, or every
// input would end there and test nothing. Invariants: what passes becomes a certificate that
// ParseCertificate and OpenSSL read, that OpenSSL would encode the same, and that says what the
// policy allows and no more.
#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "base/openssl.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/san.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

// What the fuzzer and its seeds are about.
LintPolicy FuzzLintPolicy() {
  LintPolicy policy;
  policy.authority_key_id = KeyIdentifier("the issuer's key");
  policy.issuer_not_after = absl::FromUnixSeconds(4'102'444'800);  // 2100
  policy.max_validity = absl::Hours(24 * 365);
  policy.key_usage = kDigitalSignature;
  policy.extended_key_usage = {std::string(oid::kServerAuth), std::string(oid::kClientAuth)};
  policy.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  policy.crl_url = "http://pki.fleet.example/issuing.crl";
  policy.extra_extensions = {std::string(oid::kDefaultFleetArc)};
  return policy;
}

// Reads the input as far as the key; false when there is none.
bool ReadExpectation(absl::string_view input, LintPolicy* policy, LintExpectation* expectation) {
  der::Reader element(input);
  der::Reader fields;
  absl::string_view version, algorithm, issuer, validity, subject;
  if (!element.ReadNested(der::kSequence, &fields) ||
      !fields.ReadElement(der::ContextConstructed(0), &version) ||
      !fields.ReadInteger(&expectation->serial) ||
      !fields.ReadElement(der::kSequence, &algorithm) ||
      !fields.ReadElement(der::kSequence, &issuer) ||
      !fields.ReadElement(der::kSequence, &validity) ||
      !fields.ReadElement(der::kSequence, &subject) ||
      !fields.ReadElement(der::kSequence, &expectation->subject_public_key_info)) {
    return false;
  }
  policy->issuer = std::string(issuer);
  return true;
}

void CheckCertificate(absl::string_view tbs, const LintPolicy& policy) {
  const std::string der = AssembleCertificate(tbs, policy.signature_scheme, "signature");
  // The issuer's name and the key come from the input unjudged, so they may not parse.
  const auto certificate = ParseCertificate(der);
  if (!certificate.ok()) {
    return;
  }
  FLEETCA_FUZZ_REQUIRE(!certificate->is_ca && certificate->key_usage == policy.key_usage);
  FLEETCA_FUZZ_REQUIRE(certificate->extended_key_usage.size() == policy.extended_key_usage.size());
  FLEETCA_FUZZ_REQUIRE(certificate->authority_key_id == policy.authority_key_id);
  FLEETCA_FUZZ_REQUIRE(certificate->subject_key_id ==
                       KeyIdentifier(certificate->public_key.key_bits));
  FLEETCA_FUZZ_REQUIRE(!certificate->names.empty());
  for (const GeneralName& name : certificate->names) {
    FLEETCA_FUZZ_REQUIRE(CheckName(name, "name").ok());
  }
  FLEETCA_FUZZ_REQUIRE(certificate->not_after <= policy.issuer_not_after);
  FLEETCA_FUZZ_REQUIRE(certificate->not_after - certificate->not_before <= policy.max_validity);
  const X509Ptr openssl = OpenSslCertificate(der);
  FLEETCA_FUZZ_REQUIRE(openssl != nullptr);
  unsigned char* again = nullptr;
  const int size = i2d_re_X509_tbs(openssl.get(), &again);
  FLEETCA_FUZZ_REQUIRE(size > 0 && tbs == absl::string_view(reinterpret_cast<char*>(again),
                                                            static_cast<size_t>(size)));
  OPENSSL_free(again);
  ERR_clear_error();
}

}  // namespace
}  // namespace fleetca::x509

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  std::vector<std::string> seeds;
  TbsTemplateOptions options;
  options.issuer = BuildName("Fleet", "Issuing CA");
  options.authority_key_id = FuzzLintPolicy().authority_key_id;
  options.extended_key_usage = FuzzLintPolicy().extended_key_usage;
  options.ca_issuers_url = FuzzLintPolicy().ca_issuers_url;
  options.crl_url = FuzzLintPolicy().crl_url;
  const auto maker = TbsTemplate::Create(options);
  for (const KeyType type : {KeyType::kP256, KeyType::kEd25519}) {
    const testing::TestKey key = testing::TestKey::Make(type);
    CertSpec spec = LeafSpec(key);
    seeds.push_back((*maker)->Build(spec));
    spec.subject = BuildName("Fleet", "web");
    spec.names.push_back({NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)});
    spec.names.push_back({NameType::kEmail, "ops@fleet.example"});
    spec.extra_extensions =
        TestExtension(oid::kDefaultFleetArc, false, oid::Bytes("\x30\x03\x02\x01\x01"));
    seeds.push_back((*maker)->Build(spec));
    spec.not_before = absl::FromUnixSeconds(2'524'608'000) - absl::Hours(1);
    spec.not_after = spec.not_before + absl::Hours(24);
    seeds.push_back((*maker)->Build(spec));
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const std::string input(reinterpret_cast<const char*>(data), size);
  LintPolicy policy = FuzzLintPolicy();
  LintExpectation expectation;
  if (!ReadExpectation(input, &policy, &expectation)) {
    return 0;
  }
  auto prepared = LintTbs(input, policy, expectation);
  if (prepared.ok()) {
    FLEETCA_FUZZ_REQUIRE(prepared->bytes() == input);
    CheckCertificate(input, policy);
  }
  return 0;
}
