// Keys and a small CA for tests: certificates from our template and lint, signed by OpenSSL.
#ifndef FLEETCA_X509_TESTING_TEST_CA_H_
#define FLEETCA_X509_TESTING_TEST_CA_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "tests/testing/test_key.h"
#include "x509/authz/fleet_authz.h"
#include "x509/cert_spec.h"
#include "x509/lint/lint.h"
#include "x509/name_constraints.h"
#include "x509/san.h"
#include "x509/tbs.h"

namespace fleetca::x509 {

// 2026-06-01 12:00:00 UTC: now, for what is issued here.
inline const absl::Time kTestNow = absl::FromUnixSeconds(1'780'315'200);

// The octets of the key's BIT STRING; aliases `key`.
absl::string_view KeyBits(const testing::TestKey& key);

struct TestCa {
  testing::TestKey key;
  SignatureScheme scheme;
  std::string subject;
  std::string key_id;
  absl::Time not_after;
  std::string certificate;  // DER
};

// A self-signed root, and a CA below it that may issue leaves only.
TestCa MakeTestRoot(KeyType type);
TestCa MakeTestIssuingCa(const TestCa& root, KeyType type);

// The same with these name constraints.
TestCa MakeTestEdgeCa(const TestCa& root, const NameConstraints& name_constraints);

// The subject of a CA of these in other octets, which are the same name by RFC 5280 section 7.1.
std::string Respelled(absl::string_view subject);
// The CA as one that spells its own name so.
TestCa WithRespelledName(const TestCa& ca);

// What such a CA says in a leaf and what the lint is to expect of it.
TbsTemplateOptions LeafOptions(const TestCa& ca);
LintPolicy LeafPolicy(const TestCa& ca);
// A day for a service with a DNS name and a SPIFFE ID. Aliases `key`.
CertSpec LeafSpec(const testing::TestKey& key);

// Lints, signs and assembles; a failure of the lint is fatal. `fleet_authz` is what the spec's was
// made from.
std::string SignTbs(const TestCa& ca, std::string tbs, const LintPolicy& policy,
                    const CertSpec& spec, const FleetAuthz* fleet_authz = nullptr);
// LeafSpec through the whole path; with these grants where there are any.
std::string IssueLeaf(const TestCa& ca, const testing::TestKey& key,
                      const FleetAuthz* fleet_authz = nullptr);

// A leaf with these names, which nothing but the lint has judged.
std::string IssueLeafWithNames(const TestCa& ca, const testing::TestKey& key,
                               const GeneralNames& names);

// OpenSSL's reading of `der`; null when it has none or leaves octets over.
X509Ptr OpenSslCertificate(absl::string_view der);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TESTING_TEST_CA_H_
