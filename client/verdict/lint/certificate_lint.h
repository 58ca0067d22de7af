// What is wrong with a certificate, of any CA: the everyday rules of RFC 5280 and those beside it.
#ifndef FLEETCA_CLIENT_VERDICT_LINT_CERTIFICATE_LINT_H_
#define FLEETCA_CLIENT_VERDICT_LINT_CERTIFICATE_LINT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/verdict/lint/rules.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client::lint {

// What one rule found.
struct Finding {
  // Of the table; lives for ever.
  const RuleText* rule = nullptr;
  // What is so in this certificate, a whole sentence.
  std::string sentence;
};

// The findings, in the order of the table; none for a certificate that breaks no rule. `oids` are
// those that fleetca's CA gives its extensions: where one is there, the certificate is read once
// more by the linter that such a CA asks before it signs (x509/lint). Any octets are taken, up to
// kMaxLintedSize. Reads no clock: whether a certificate has expired is not a matter of its form.
// Thread-safe.
std::vector<Finding> LintCertificate(absl::string_view der,
                                     const x509::AuthzOids& oids = x509::AuthzOids());

inline constexpr size_t kMaxLintedSize = 64 << 10;

}  // namespace fleetca::client::lint

#endif  // FLEETCA_CLIENT_VERDICT_LINT_CERTIFICATE_LINT_H_
