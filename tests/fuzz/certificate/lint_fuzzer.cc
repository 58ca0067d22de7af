// Fuzzes LintTbs. The issuer, serial number and key expected are taken from the input, or every
// input would end there and test nothing. Invariants: what passes becomes a certificate that
// ParseCertificate and OpenSSL read, that OpenSSL would encode the same, and that says what the
// policy allows and no more.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/openssl.h"
#include "tests/fuzz/certificate/lint_policy.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/lint.h"
#include "x509/san.h"
#include "x509/test_ca.h"

namespace fleetca::x509 {
namespace {

void Check(bool invariant, int line = __builtin_LINE()) {
  if (!invariant) {
    std::fprintf(stderr, "the invariant in line %d does not hold\n", line);
    std::abort();
  }
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
  Check(!certificate->is_ca && certificate->key_usage == policy.key_usage);
  Check(certificate->extended_key_usage.size() == policy.extended_key_usage.size());
  Check(certificate->authority_key_id == policy.authority_key_id);
  Check(certificate->subject_key_id == KeyIdentifier(certificate->public_key.key_bits));
  Check(!certificate->names.empty());
  for (const GeneralName& name : certificate->names) {
    Check(CheckName(name, "name").ok());
  }
  Check(certificate->not_after <= policy.issuer_not_after);
  Check(certificate->not_after - certificate->not_before <= policy.max_validity);
  const X509Ptr openssl = OpenSslCertificate(der);
  Check(openssl != nullptr);
  unsigned char* again = nullptr;
  const int size = i2d_re_X509_tbs(openssl.get(), &again);
  Check(size > 0 &&
        tbs == absl::string_view(reinterpret_cast<char*>(again), static_cast<size_t>(size)));
  OPENSSL_free(again);
  ERR_clear_error();
}

}  // namespace
}  // namespace fleetca::x509

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
    Check(prepared->bytes() == input);
    CheckCertificate(input, policy);
  }
  return 0;
}
