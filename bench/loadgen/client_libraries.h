// What this program runs with.
#ifndef FLEETCA_BENCH_LOADGEN_CLIENT_LIBRARIES_H_
#define FLEETCA_BENCH_LOADGEN_CLIENT_LIBRARIES_H_

#include <string>
#include <utility>
#include <vector>

namespace fleetca::loadgen {

// Names and versions, as loaded.
std::vector<std::pair<std::string, std::string>> ClientLibraries();

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_CLIENT_LIBRARIES_H_
