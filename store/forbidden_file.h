// Files of a store that this process may not use. Such a store is whole, and must not be taken for
// a damaged one: a restore would lose what it holds.
#ifndef FLEETCA_STORE_FORBIDDEN_FILE_H_
#define FLEETCA_STORE_FORBIDDEN_FILE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::store {

// "X/CURRENT belongs to root (mode 0600) and this process runs as fleetca, so it may not use it;
// nothing is damaged: run `chown -R fleetca X`", for `path` itself or, where `path` is a folder,
// for the first in it that this process may not read and write. Empty when there is none, or
// nothing at `path`. `path` is named where something above it is closed.
std::string WhyForbidden(absl::string_view path);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_FORBIDDEN_FILE_H_
