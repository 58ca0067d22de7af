// What the certificates below a CA may name: the extension nameConstraints (RFC 5280 section
// 4.2.1.10).
#ifndef FLEETCA_X509_NAME_CONSTRAINTS_H_
#define FLEETCA_X509_NAME_CONSTRAINTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/ip_prefix.h"

namespace fleetca::x509 {

// Sets of names. A domain, "fleet.example", is that name and every name below it, whatever it is
// the domain of: of a DNS name, the host of a URI (a SPIFFE ID's trust domain), an e-mail address.
struct Subtrees {
  std::vector<std::string> dns_domains;
  std::vector<IpPrefix> ip_prefixes;
  std::vector<std::string> uri_domains;
  std::vector<std::string> email_domains;

  bool empty() const {
    return dns_domains.empty() && ip_prefixes.empty() && uri_domains.empty() &&
           email_domains.empty();
  }
};

// A name is allowed that is in `permitted` and not in `excluded`. When `permitted` has any subtree,
// a type of name without a permitted subtree is closed. When `permitted` is empty, every name that
// is not excluded is allowed. (The RFC does not restrict a type that has no permitted subtree, so
// that by the RFC a CA for "fleet.example" might certify any address and SPIFFE ID.)
// Directory names, such as the subject, and otherName are never constrained. Some verifiers,
// OpenSSL among them, take a common name that looks like a DNS name for one, and some know no
// constraints of URIs and refuse every URI below such a CA.
struct NameConstraints {
  Subtrees permitted;
  Subtrees excluded;
};

// NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
//                                excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
// GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { base GeneralName }
//
// The extension's contents; it is to be critical. A domain of URIs or e-mail addresses takes two
// subtrees, "fleet.example" for the host itself and ".fleet.example" for those below. DNS names,
// URIs and e-mail addresses are closed by permitting and excluding the same domain, "invalid",
// which nobody can own (RFC 6761 section 6.4): there is no form of a subtree that every verifier
// takes for all URIs. IP addresses are closed by excluding 0.0.0.0/0 and ::/0. What appears twice
// is written once. INVALID_ARGUMENT kConfigInvalid, with a field such as
// "name_constraints.permitted.dns_domains[0]": nothing permitted and nothing excluded, which the
// RFC forbids; a domain that is not a DNS name; a malformed prefix; more than 1000 subtrees, which
// would cost verifiers too much.
absl::StatusOr<std::string> BuildNameConstraints(const NameConstraints& constraints,
                                                 absl::string_view field);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_NAME_CONSTRAINTS_H_
