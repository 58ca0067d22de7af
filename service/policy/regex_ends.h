// What every match of a regular expression begins and ends with.
#ifndef FLEETCA_SERVICE_POLICY_REGEX_ENDS_H_
#define FLEETCA_SERVICE_POLICY_REGEX_ENDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// Text that is written out; "" where nothing is known.
struct RegexEnds {
  std::string prefix;
  std::string suffix;
};

// Of an expression that RE2 takes with its default options and that is to match a whole text. Reads
// the forms that people write for DNS names, and knows nothing where it is not sure.
RegexEnds EndsOf(absl::string_view pattern);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_REGEX_ENDS_H_
