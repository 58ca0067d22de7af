// What stands for standard input or standard output where a command takes a path.
#ifndef FLEETCA_BASE_STANDARD_STREAM_H_
#define FLEETCA_BASE_STANDARD_STREAM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca {

// A file of that name is "./-".
inline constexpr absl::string_view kStandardStream = "-";

[[nodiscard]] inline bool IsStandardStream(absl::string_view path) {
  return path == kStandardStream;
}

// What sentences call an input: "standard input", or its path.
[[nodiscard]] inline std::string NameOfInput(absl::string_view path) {
  return IsStandardStream(path) ? "standard input" : std::string(path);
}

}  // namespace fleetca

#endif  // FLEETCA_BASE_STANDARD_STREAM_H_
