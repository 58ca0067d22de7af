// Whether a rule grants one name to the identity that it matched.
#ifndef FLEETCA_SERVICE_POLICY_GRANTED_NAME_H_
#define FLEETCA_SERVICE_POLICY_GRANTED_NAME_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/rule.h"
#include "x509/san.h"

namespace fleetca::service {

// A name of a CSR, well formed, for `identity`, whose captures by the rule are `captured`. Every
// URI passes, as the identity's own is the only one that gets as far. INVALID_ARGUMENT
// kSanNotAllowed or kSanTypeForbidden. Thread-safe.
absl::Status CheckGranted(const x509::GeneralName& name, absl::string_view identity,
                          const Rule& rule, const CapturedTexts& captured);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_GRANTED_NAME_H_
