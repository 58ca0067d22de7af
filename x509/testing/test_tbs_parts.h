// A TBSCertificate taken apart for tests, to be changed and put together again, wrong if need be.
#ifndef FLEETCA_X509_TESTING_TEST_TBS_PARTS_H_
#define FLEETCA_X509_TESTING_TEST_TBS_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Each member is a run of complete elements; all but the extensions may be empty or many.
struct TbsParts {
  // Takes a well-formed TBSCertificate apart; aborts on another.
  explicit TbsParts(absl::string_view tbs);
  std::string Encode() const;

  // The index of the extension with this OID; aborts when there is none.
  size_t Find(absl::string_view oid) const;
  // Replaces that extension by one with other contents.
  void Set(absl::string_view oid, bool critical, absl::string_view value);
  void Remove(absl::string_view oid);

  std::string version;
  std::string serial;
  std::string algorithm;
  std::string issuer;
  std::string validity;
  std::string subject;
  std::string spki;
  std::vector<std::string> extensions;  // Extension elements
  std::string after;                    // what follows the extensions
};

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
std::string TestExtension(absl::string_view oid, bool critical, absl::string_view value);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TESTING_TEST_TBS_PARTS_H_
