// Elements that certificates and CRLs of any CA have in common, read strictly.
#ifndef FLEETCA_X509_COMMON_ELEMENTS_H_
#define FLEETCA_X509_COMMON_ELEMENTS_H_

#include "absl/strings/string_view.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// Each reads one element whole, which aliases the input, or returns false and may have moved on:
// what follows is not to be read then.

// AlgorithmIdentifier: an OID and at most one element of parameters.
[[nodiscard]] bool ReadAlgorithmIdentifier(der::Reader* reader, absl::string_view* element);

// Name: attributes with the string types that are found in the field. May be empty.
[[nodiscard]] bool ReadName(der::Reader* reader, absl::string_view* element);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_COMMON_ELEMENTS_H_
