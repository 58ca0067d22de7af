// The load generator's command line.
#ifndef FLEETCA_BENCH_LOADGEN_LOAD_FLAGS_H_
#define FLEETCA_BENCH_LOADGEN_LOAD_FLAGS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "CLI/CLI.hpp"
#include "bench/loadgen/load_plan.h"

namespace fleetca::loadgen {

// As given. Defaults are LoadPlan's.
struct LoadFlags {
  std::string shape;
  std::string server = "127.0.0.1:8443";
  std::string dir;
  std::string ca;
  std::string certificate;
  std::string key_file;
  std::string server_name;
  bool own_server = false;
  std::string duration = "10s";
  std::string warm_up = "2s";
  std::string timeout = "30s";
  std::string rate;
  std::string arrivals = "constant";
  std::string ladder;
  std::string knee_p99 = "50ms";
  std::string at_knee;
  std::string key = "p256";
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
