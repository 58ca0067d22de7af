#include "x509/authz/authz_oids.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kLeastNumbers = 4;
constexpr size_t kMaxArcSize = 60;
constexpr absl::string_view kCertificateExtensions = oid::Bytes("\x55\x1d");
constexpr absl::string_view kPkix = oid::Bytes("\x2b\x06\x01\x05\x05\x07");

absl::Status BadArc(absl::string_view dotted, absl::string_view problem) {
  return InvalidArgument(
      Reason::kConfigInvalid, "arc",
      absl::StrCat("The OID arc \"", dotted, "\" ", problem,
                   "; set one under your own enterprise number, such as ", kDefaultFleetArcText));
}

// The contents of an arc end with a whole number, so a prefix is an ancestor.
bool Overlap(absl::string_view a, absl::string_view b) {
  return absl::StartsWith(a, b) || absl::StartsWith(b, a);
}

}  // namespace

AuthzOids::AuthzOids()
    : arc(oid::kDefaultFleetArc),
      authz(absl::StrCat(oid::kDefaultFleetArc, "\x01\x01")),
      provenance(absl::StrCat(oid::kDefaultFleetArc, "\x01\x02")) {}

absl::StatusOr<AuthzOids> AuthzOids::FromArc(absl::string_view dotted) {
  AuthzOids oids;
  oids.arc = der::OidFromString(dotted);
  const std::vector<absl::string_view> numbers = absl::StrSplit(dotted, '.');
  if (oids.arc.empty() || numbers.size() < kLeastNumbers || oids.arc.size() > kMaxArcSize) {
    return BadArc(dotted, "is not an OID of at least four numbers, or a very long one");
  }
  if (numbers[0] == "2" && numbers[1] == "25") {
    return BadArc(dotted, "is under 2.25, whose numbers Go cannot parse");
  }
  for (const absl::string_view number : numbers) {
    int32_t value;
    if (!absl::SimpleAtoi(number, &value)) {
      return BadArc(dotted, "has a number over 2147483647, which Go cannot parse");
    }
  }
  if (Overlap(oids.arc, kCertificateExtensions) || Overlap(oids.arc, kPkix)) {
    return BadArc(dotted, "is that of the standard extensions");
  }
  oids.authz = absl::StrCat(oids.arc, "\x01\x01");
  oids.provenance = absl::StrCat(oids.arc, "\x01\x02");
  return oids;
}

}  // namespace fleetca::x509
