#include "x509/expiry_warning.h"

#include <algorithm>

namespace fleetca::x509 {
namespace {

constexpr absl::Duration kWarnAhead = absl::Hours(24 * 30);

}  // namespace

absl::Time WarnFrom(absl::Time not_before, absl::Time not_after) {
  return not_after - std::min(kWarnAhead, (not_after - not_before) / 3);
}

}  // namespace fleetca::x509
