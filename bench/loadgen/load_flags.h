// The load generator's command line.
#ifndef FLEETCA_BENCH_LOADGEN_LOAD_FLAGS_H_
#define FLEETCA_BENCH_LOADGEN_LOAD_FLAGS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "CLI/App.hpp"
#include "bench/loadgen/load_plan.h"
#include "client/cli/connection_flags.h"

namespace fleetca::loadgen {

// As given. Defaults are LoadPlan's.
struct LoadFlags {
  std::string shape;
  // Its timeout is not used: a call's is below.
  client::ConnectionFlags connection;
  bool own_server = false;
  std::string duration = "10s";
  std::string warm_up = "2s";
  std::string timeout = "30s";
  std::string rate;
  std::string arrivals = "constant";
  std::string ladder;
  std::string knee_p99 = "50ms";
  std::string at_knee;
  std::string key_type = "p256";
  size_t pool_size = 0;  // 0: by the type of key
  bool no_request_id = false;
  std::string output = "text";
  std::string json_file;
  // The numbers that need no more than a bound.
  LoadPlan plan;
};

void AddLoadFlags(CLI::App& app, LoadFlags* flags);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_LOAD_FLAGS_H_
