// What the tests of the issuance checklist share: CSRs of every kind, tried on an issuer in memory.
#ifndef FLEETCA_TESTS_CONFORMANCE_CHECKLIST_FIXTURE_H_
#define FLEETCA_TESTS_CONFORMANCE_CHECKLIST_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/test_issuer.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/san.h"

namespace fleetca::testing {

inline constexpr absl::string_view kId = "spiffe://fleet.test/svc/web";

inline std::string SanExtension(const x509::GeneralNames& names = {{x509::NameType::kUri, kId}}) {
  return MakeExtension(x509::oid::kSubjectAltName, x509::BuildSubjectAltName(names));
}

class ChecklistTest : public ::testing::Test {
 protected:
  absl::Status Try(const CsrOptions& options) { return ca_.Issue(MakeCsr(options)).status(); }
  absl::Status TryAttributes(absl::string_view attributes) {
    CsrOptions options;
    options.attributes = std::string(attributes);
    return Try(options);
  }
  absl::Status TryExtensions(absl::string_view extensions) {
    CsrOptions options;
    options.extensions = std::string(extensions);
    return Try(options);
  }
  // A subjectAltName with these contents, whatever they are.
  absl::Status TrySan(absl::string_view general_names) {
    return TryExtensions(MakeExtension(x509::oid::kSubjectAltName,
                                       x509::der::Encode(x509::der::kSequence, general_names)));
  }
  absl::Status TryName(x509::NameType type, absl::string_view value) {
    CsrOptions options;
    options.names = {{type, value}};
    return Try(options);
  }
  // The CSR with `from` replaced by `to` in what is signed, and signed again: a fault of the
  // contents, not of the signature.
  absl::Status TryReplacing(absl::string_view from, absl::string_view to) {
    const std::string info = MakeCsrInfo({});
    const std::string changed = absl::StrReplaceAll(info, {{from, to}});
    EXPECT_NE(info, changed);
    return ca_.Issue(SignCsrInfo({}, changed)).status();
  }

  TestIssuer ca_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_CONFORMANCE_CHECKLIST_FIXTURE_H_
