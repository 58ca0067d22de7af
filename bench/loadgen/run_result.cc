#include "bench/loadgen/run_result.h"

namespace fleetca::loadgen {
namespace {

double PerSecond(uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

}  // namespace

double RunResult::achieved_per_s() const {
  return PerSecond(totals.answered_calls, totals.measured_s);
}

double RunResult::certificates_per_s() const {
  return PerSecond(totals.certificates, totals.measured_s);
}

double RunResult::client_cpu_us_per_call() const {
  return totals.answered_calls == 0
             ? 0
             : client_cpu_s * 1e6 / static_cast<double>(totals.answered_calls);
}

std::optional<double> RunResult::server_cpu_us_per_certificate() const {
  if (!server.has_value() || server->issued == 0) {
    return std::nullopt;
  }
  return server->cpu_s() * 1e6 / static_cast<double>(server->issued);
}

std::optional<double> RunResult::certificates_per_server_cpu_s() const {
  const std::optional<double> us = server_cpu_us_per_certificate();
  return us.has_value() && *us > 0 ? std::optional<double>(1e6 / *us) : std::nullopt;
}

std::optional<double> RunResult::server_cpu_us_per_call() const {
  if (!server.has_value() || server->seconds <= 0 || totals.answered_calls == 0) {
    return std::nullopt;
  }
  // The calls are counted here, and the snapshots come a little after the window's ends.
  return server->cpu_s() / server->seconds * 1e6 / achieved_per_s();
}

std::optional<double> RunResult::ratio() const {
  const std::optional<double> us = server_cpu_us_per_certificate();
  return us.has_value() && raw_us.value_or(0) > 0 ? std::optional<double>(*us / *raw_us)
                                                  : std::nullopt;
}

uint64_t RunResult::error_count() const {
  uint64_t count = 0;
  for (const auto& [key, errors] : totals.errors) {
    count += errors;
  }
  return count;
}

}  // namespace fleetca::loadgen
