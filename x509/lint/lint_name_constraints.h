// The lint's own reading of nameConstraints, which shares no code with name_constraints.cc.
#ifndef FLEETCA_X509_LINT_LINT_NAME_CONSTRAINTS_H_
#define FLEETCA_X509_LINT_LINT_NAME_CONSTRAINTS_H_

#include "absl/strings/string_view.h"
#include "x509/name_constraints.h"

namespace fleetca::x509 {

// Null, or what is wrong with the extension's contents as the end of a sentence about them: they
// are not DER, or do not say exactly what `wanted` says, the closing of what it leaves out
// included. The order of subtrees does not matter. Thread-safe.
[[nodiscard]] const char* NameConstraintsFault(absl::string_view value,
                                               const NameConstraints& wanted);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_LINT_NAME_CONSTRAINTS_H_
