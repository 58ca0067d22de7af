// CSRs put together from the outside in, for the tests of the parser.
#ifndef FLEETCA_X509_TESTING_CSR_FIXTURE_H_
#define FLEETCA_X509_TESTING_CSR_FIXTURE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

inline constexpr absl::string_view kUri = "spiffe://fleet.example/svc/web";

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string B(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

inline std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
inline std::string Set(absl::string_view contents) { return der::Encode(der::kSet, contents); }
inline std::string Oid(absl::string_view contents) { return der::Encode(der::kOid, contents); }
inline std::string Octets(absl::string_view contents) {
  return der::Encode(der::kOctetString, contents);
}

// Parsing makes no difference between a true signature and any other, so most tests have none.
inline std::string Unsigned(const testing::CsrOptions& options) {
  return testing::AssembleCsr(testing::MakeCsrInfo(options),
                              AlgorithmIdentifier(SignatureScheme::kEcdsaSha256), "sig");
}

inline absl::Status Parse(absl::string_view der, const CsrLimits& limits = CsrLimits()) {
  return ParseCsr(der, limits).status();
}

inline absl::Status ParseSubject(absl::string_view subject) {
  return Parse(Unsigned({.subject = std::string(subject), .attributes = ""}));
}

inline absl::Status ParseAttributes(absl::string_view attributes) {
  return Parse(Unsigned({.attributes = std::string(attributes)}));
}

inline absl::Status ParseExtensions(absl::string_view extensions) {
  return ParseAttributes(testing::MakeExtensionRequest(extensions));
}

inline auto IsMalformed(absl::string_view field = "csr") {
  return testing::IsInvalid(Reason::kCsrMalformed, field);
}
inline auto HasBadAttributes() {
  return testing::IsInvalid(Reason::kCsrAttributes, "csr.attributes");
}
inline auto HasBadSubject() { return testing::IsInvalid(Reason::kSubjectInvalid, "csr.subject"); }

inline testing::CsrOptions UsualOptions() {
  return {.subject = BuildName("Fleet", "web-1"),
          .attributes = testing::MakeExtensionRequest(testing::MakeUriSanExtension(kUri))};
}

inline std::string SubjectAttribute(uint8_t tag, absl::string_view value,
                                    absl::string_view type = oid::kOrganizationName) {
  return Seq(Oid(type) + der::Encode(tag, value));
}

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TESTING_CSR_FIXTURE_H_
