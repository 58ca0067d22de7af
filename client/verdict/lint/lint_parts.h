// The parts of LintCertificate (certificate_lint.h), one file a subject.
#ifndef FLEETCA_CLIENT_VERDICT_LINT_LINT_PARTS_H_
#define FLEETCA_CLIENT_VERDICT_LINT_LINT_PARTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/verdict/lint/certificate_lint.h"
#include "client/verdict/lint/raw_certificate.h"
#include "client/verdict/lint/rules.h"

namespace fleetca::client::lint {

// Collects what is found. Thread-compatible.
class Findings {
 public:
  void Add(Rule rule, std::string sentence);
  // In the order of the table.
  std::vector<Finding> Take();

 private:
  std::vector<Finding> found_;
};

// Octets from a certificate, as they may stand in a sentence: escaped, and cut where they are long.
std::string Quoted(absl::string_view octets);

// The bits of keyUsage; false if it is absent or malformed.
[[nodiscard]] bool ReadKeyUsage(const RawCertificate& certificate, uint16_t* bits);
// The purposes of extKeyUsage, OID contents; empty where it is not there or malformed.
std::vector<absl::string_view> ReadPurposes(const RawCertificate& certificate);
// The names of subjectAltName as they stand; empty where it is not there or malformed.
std::vector<Element> ReadAltNames(const RawCertificate& certificate);

void LintFrame(const RawCertificate& certificate, Findings* findings);
void LintValidity(const RawCertificate& certificate, Findings* findings);
void LintNames(const RawCertificate& certificate, Findings* findings);
void LintKey(const RawCertificate& certificate, Findings* findings);
void LintExtensions(const RawCertificate& certificate, Findings* findings);
void LintUsage(const RawCertificate& certificate, Findings* findings);
void LintAltNames(const RawCertificate& certificate, Findings* findings);
void LintPointers(const RawCertificate& certificate, Findings* findings);
// With the linter of fleetca's CAs, where the certificate has an extension of theirs.
void LintAsFleetca(const RawCertificate& certificate, const x509::AuthzOids& oids,
                   Findings* findings);

}  // namespace fleetca::client::lint

#endif  // FLEETCA_CLIENT_VERDICT_LINT_LINT_PARTS_H_
