// Reading files that may be larger than those of base/file.h, such as CRLs.
#ifndef FLEETCA_BASE_LARGE_FILE_H_
#define FLEETCA_BASE_LARGE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// As ReadFile (base/file.h), with another limit than kMaxFileBytes.
absl::StatusOr<std::string> ReadLargeFile(absl::string_view path, size_t max_bytes);

}  // namespace fleetca

#endif  // FLEETCA_BASE_LARGE_FILE_H_
