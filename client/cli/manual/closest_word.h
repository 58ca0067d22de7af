// What a mistyped word was probably meant to be.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_CLOSEST_WORD_H_
#define FLEETCA_CLIENT_CLI_MANUAL_CLOSEST_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// How many letters were left out, put in, replaced, or swapped with the next to make one of the
// other.
size_t EditDistance(absl::string_view one, absl::string_view other);

// The word among `words` that `mistyped` is closest to, or the only one that begins with it; ""
// where none is close enough to be a guess worth showing.
std::string ClosestWord(absl::string_view mistyped, const std::vector<std::string>& words);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_CLOSEST_WORD_H_
