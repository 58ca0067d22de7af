// Data on standard output.
#ifndef FLEETCA_BASE_STANDARD_OUTPUT_H_
#define FLEETCA_BASE_STANDARD_OUTPUT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// FAILED_PRECONDITION kFileInvalid when standard output is closed, or open for reading alone. The
// file that is opened next would take the place of a closed one, and get the data meant for it.
[[nodiscard]] absl::Status CheckStandardOutput();

// Writes all of `data` and flushes it. FAILED_PRECONDITION kFileInvalid where that fails, as it
// does when the reader went away and when the disk is full.
[[nodiscard]] absl::Status WriteStandardOutput(absl::string_view data);

}  // namespace fleetca

#endif  // FLEETCA_BASE_STANDARD_OUTPUT_H_
