// SubjectAltName (RFC 5280 section 4.2.1.6): the names in it, and which of them are well formed.
#ifndef FLEETCA_X509_SAN_H_
#define FLEETCA_X509_SAN_H_

#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "x509/spiffe_id.h"

namespace fleetca::x509 {

enum class NameType { kDns, kUri, kIp, kEmail };

// "DNS", "URI", "IP", "email": as openssl prints them.
absl::string_view NameTypeName(NameType type);

// One GeneralName of a type that fleetca issues. `value` is the text, or 4 or 16 octets of an IP
// address; it aliases what was parsed.
struct GeneralName {
  NameType type = NameType::kDns;
  absl::string_view value;

  friend bool operator==(const GeneralName&, const GeneralName&) = default;
};

using GeneralNames = absl::InlinedVector<GeneralName, 4>;

// GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName
//
// What a CSR asks for: the contents of the extension's OCTET STRING. DNS names, and the domains of
// mail addresses, mean the same in capital letters and are folded to small ones; a name that is
// there twice is asked for once. Where a letter was folded *folded is set and the names alias it;
// else it is null and they alias `der`. Each name is checked with CheckName, underscores allowed.
// INVALID_ARGUMENT, with field `field`: kSanInvalid (not DER, empty, malformed name),
// kSanTypeForbidden (otherName, x400Address, directoryName, ediPartyName, registeredID),
// kSanTooMany.
absl::StatusOr<GeneralNames> ParseSubjectAltName(absl::string_view der, size_t max_names,
                                                 absl::string_view field,
                                                 std::shared_ptr<const std::string>* folded);

// The extension's contents for these names, in their order.
std::string BuildSubjectAltName(absl::Span<const GeneralName> names);

// Whether DNS names may have "_", which hosts' names have not (RFC 952) and services' sometimes
// have.
enum class Underscores { kRefused, kAllowed };

// Whether one name is well formed; kSanInvalid says what is wrong and how to mend it.
//   DNS    1-253 octets of lower-case LDH labels of 1-63; no trailing dot, no upper case, no
//          U-label, no "xn--" label that PunycodeProblem finds fault with; a "*" only as the whole
//          leftmost label of at least three (whether a wildcard, or a "_", is *allowed* is the
//          profile's); the last label is not all digits.
//   URI    a SPIFFE ID: SpiffeIdProblem finds none.
//   IP     4 or 16 octets.
//   email  local@domain, printable ASCII, the domain a DNS name, which has no "_".
absl::Status CheckName(const GeneralName& name, absl::string_view field,
                       Underscores underscores = Underscores::kRefused);

// The same for a SPIFFE ID alone (x509/spiffe_id.h).
absl::Status CheckSpiffeId(absl::string_view id, absl::string_view field);

// "DNS:a.example", "URI:spiffe://...", "IP:10.0.0.1", "email:a@b.example". Safe to print.
std::string NameToString(const GeneralName& name);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SAN_H_
