#include "x509/name_constraints.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/ip_prefix.h"
#include "x509/san.h"
#include "x509/testing/name_constraints_cases.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TestKey;

std::string BuildHex(const NameConstraints& constraints) {
  const auto built = BuildNameConstraints(constraints, "name_constraints");
  return built.ok() ? absl::BytesToHexString(*built) : built.status().ToString();
}

TEST(BuildNameConstraints, ClosesWhatIsNotPermitted) {
  EXPECT_EQ(BuildHex({.permitted = {.dns_domains = {"a.bc"}}, .excluded = {}}),
            "3068"
            "a01e"
            "30068204612e6263"        // DNS a.bc
            "30098607696e76616c6964"  // URI invalid
            "30098107696e76616c6964"  // e-mail invalid
            "a146"
            "300a87080000000000000000"  // IP 0.0.0.0/0
            "30228720"                  // IP ::/0
            "00000000000000000000000000000000"
            "00000000000000000000000000000000"
            "30098607696e76616c6964"    // URI invalid
            "30098107696e76616c6964");  // e-mail invalid
}

TEST(BuildNameConstraints, WritesBothFormsOfAHostAndNothingTwice) {
  EXPECT_EQ(BuildHex({.permitted = {},
                      .excluded = {.ip_prefixes = {*ParseIpPrefix("10.128.0.0/9")},
                                   .uri_domains = {"a.bc", "a.bc"},
                                   .email_domains = {"d.ef"}}}),
            "3030"
            "a12e"
            "300a87080a800000ff800000"  // IP 10.128.0.0/9
            "30068604612e6263"          // URI a.bc
            "300786052e612e6263"        // URI .a.bc
            "30068104642e6566"          // e-mail d.ef
            "300781052e642e6566");      // e-mail .d.ef
}

TEST(BuildNameConstraints, RefusesWhatItCannotSay) {
  const auto expect = [](absl::string_view field, const NameConstraints& constraints) {
    EXPECT_THAT(BuildNameConstraints(constraints, "name_constraints"),
                IsInvalid(Reason::kConfigInvalid, field));
  };
  expect("name_constraints", {});
  expect("name_constraints.permitted.dns_domains[1]",
         {.permitted = {.dns_domains = {"a.example", ""}}, .excluded = {}});
  expect("name_constraints.permitted.dns_domains[0]",
         {.permitted = {.dns_domains = {".a.example"}}, .excluded = {}});
  expect("name_constraints.permitted.uri_domains[0]",
         {.permitted = {.uri_domains = {"*.a.example"}}, .excluded = {}});
  expect("name_constraints.excluded.email_domains[0]",
         {.permitted = {}, .excluded = {.email_domains = {"ops@a.example"}}});
  for (const IpPrefix& prefix :
       {IpPrefix{"abc", 8}, IpPrefix{"abcd", 33}, IpPrefix{"abcd", -1}, IpPrefix{"abcd", 8}}) {
    expect("name_constraints.excluded.ip_prefixes[0]",
           {.permitted = {}, .excluded = {.ip_prefixes = {prefix}}});
  }
  NameConstraints many;
  for (int i = 0; i < 996; ++i) {
    many.permitted.dns_domains.push_back(absl::StrCat("a", i, ".example"));
  }
  expect("name_constraints", many);  // with 6 that close the rest
  many.permitted.dns_domains.resize(994);
  FLEETCA_EXPECT_OK(BuildNameConstraints(many, "name_constraints"));
}

// X509_V_OK, or why not.
int Verify(const std::string& root, const std::string& intermediate, const std::string& leaf) {
  const X509Ptr root_certificate = OpenSslCertificate(root);
  const X509Ptr intermediate_certificate = OpenSslCertificate(intermediate);
  const X509Ptr leaf_certificate = OpenSslCertificate(leaf);
  X509_STORE* const store = X509_STORE_new();
  X509_STORE_add_cert(store, root_certificate.get());
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), absl::ToTimeT(kTestNow));
  X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store), X509_V_FLAG_X509_STRICT);
  STACK_OF(X509)* const chain = sk_X509_new_null();
  sk_X509_push(chain, intermediate_certificate.get());
  X509_STORE_CTX* const context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf_certificate.get(), chain);
  X509_verify_cert(context);
  const int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  sk_X509_free(chain);
  X509_STORE_free(store);
  DrainOpenSslErrors();
  return error;
}

// tests/conformance/name_constraints_test.py asks Go and pyca the same.
TEST(NameConstraints, AreUnderstoodByOpenSsl) {
  const TestCa root = MakeTestRoot(KeyType::kP256);
  const TestKey key = TestKey::Make(KeyType::kP256);
  for (const ConstrainedCaCase& ca : ConstrainedCas()) {
    const TestCa edge = MakeTestEdgeCa(root, ca.constraints);
    for (const LeafCase& leaf : NameConstraintLeaves()) {
      GeneralNames names;
      for (const auto& [type, value] : leaf.names) {
        names.push_back({type, value});
      }
      const int error =
          Verify(root.certificate, edge.certificate, IssueLeafWithNames(edge, key, names));
      const bool allowed =
          std::find(ca.allowed.begin(), ca.allowed.end(), leaf.name) != ca.allowed.end();
      if (allowed) {
        EXPECT_EQ(error, X509_V_OK) << ca.name << " " << leaf.name;
      } else {
        EXPECT_TRUE(error == X509_V_ERR_PERMITTED_VIOLATION ||
                    error == X509_V_ERR_EXCLUDED_VIOLATION)
            << ca.name << " " << leaf.name << ": " << X509_verify_cert_error_string(error);
      }
    }
  }
}

}  // namespace
}  // namespace fleetca::x509
