// What a CA of ours would refuse of a certification request, and what it would pass over.
#ifndef FLEETCA_CLIENT_OBJECTS_CSR_VERDICT_H_
#define FLEETCA_CLIENT_OBJECTS_CSR_VERDICT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// One thing that is asked of every request, whatever a policy grants.
struct CsrStep {
  // "form", "key", "algorithm", "subject", "attributes", "names", "possession".
  absl::string_view name;
  // INVALID_ARGUMENT with the CA's own sentence where it would refuse.
  absl::Status status;
};

struct CsrVerdict {
  // Of "names" as many as there are names that would be refused.
  std::vector<CsrStep> steps;
  // The names of the steps that could not be taken after an earlier one failed.
  std::vector<absl::string_view> not_taken;
  // What is asked for in vain, a sentence each: the subject, extensions, attributes.
  std::vector<std::string> ignored;

  // The first refusal.
  absl::Status status() const;
};

// Reads the request as the CA does (x509/csr.h), but goes on after a finding, so that all of them
// are in one answer. What a policy says of the names is not known here. Thread-safe.
CsrVerdict JudgeCsr(absl::string_view der);

// The sentences of CsrVerdict::ignored alone; none where the request cannot be read.
std::vector<std::string> IgnoredOfCsr(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_CSR_VERDICT_H_
