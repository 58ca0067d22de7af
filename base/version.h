// Which fleetca this is.
#ifndef FLEETCA_BASE_VERSION_H_
#define FLEETCA_BASE_VERSION_H_

namespace fleetca {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace fleetca

#endif  // FLEETCA_BASE_VERSION_H_
