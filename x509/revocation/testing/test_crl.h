// CRLs of a test CA, and a TBSCertList taken apart to be put together again, wrong if need be.
#ifndef FLEETCA_X509_REVOCATION_TESTING_TEST_CRL_H_
#define FLEETCA_X509_REVOCATION_TESTING_TEST_CRL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "x509/revocation/crl_spec.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {

inline constexpr absl::string_view kTestShardUrl = "http://pki.fleet.example/crl/issuing/17.crl";

// Number 7, a day from kTestNow, of all certificates. Aliases `ca`.
CrlSpec TestCrlSpec(const TestCa& ca);

// A serial number of 20 octets; they ascend with `index`.
std::string TestSerial(int index);
// `count` entries that ascend, every second one with a reason. The serial numbers live for ever.
std::vector<CrlEntry> TestCrlEntries(int count);

// Through the writer; a failure is fatal.
std::string BuildTestCrl(const CrlSpec& spec, const std::vector<CrlEntry>& entries);
// These octets with the CA's signature, DER. Not linted.
std::string SignTestCrl(const TestCa& ca, absl::string_view tbs);
// The whole path: writer, lint, signature.
std::string IssueTestCrl(const TestCa& ca, const CrlSpec& spec,
                         const std::vector<CrlEntry>& entries);

// Each member is a run of complete elements; those that are no vector may be empty or many.
struct CrlTbsParts {
  // Takes a well-formed TBSCertList of v2 apart; aborts on another.
  explicit CrlTbsParts(absl::string_view tbs);
  std::string Encode() const;

  // The index of the extension with this OID; aborts when there is none.
  size_t Find(absl::string_view oid) const;
  void Set(absl::string_view oid, bool critical, absl::string_view value);
  void Remove(absl::string_view oid);

  std::string version;
  std::string algorithm;
  std::string issuer;
  std::string this_update;
  std::string next_update;
  std::vector<std::string> entries;
  bool has_empty_list = false;  // where there are no entries
  std::vector<std::string> extensions;
  std::string after;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_TESTING_TEST_CRL_H_
