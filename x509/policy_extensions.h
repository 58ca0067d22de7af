// Certificate policies (RFC 5280 section 6.1), for who takes a certificate under any of them.
#ifndef FLEETCA_X509_POLICY_EXTENSIONS_H_
#define FLEETCA_X509_POLICY_EXTENSIONS_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Whether the extension is one of policies, has the contents of its type, and restricts nothing for
// who asks for no policy: certificatePolicies, policyMappings, inhibitAnyPolicy, and
// policyConstraints without requireExplicitPolicy. With that, a chain is valid under a policy that
// all of it has, or not at all, and that is not followed here. False for every other extension.
// Thread-safe.
[[nodiscard]] bool IsHarmlessPolicyExtension(absl::string_view oid, absl::string_view value,
                                             bool is_ca);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POLICY_EXTENSIONS_H_
