// The server's own account of itself, where it gives one.
#ifndef FLEETCA_BENCH_LOADGEN_SERVER_STATISTICS_H_
#define FLEETCA_BENCH_LOADGEN_SERVER_STATISTICS_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/loadgen/async_call.h"
#include "bench/loadgen/connector.h"
#include "bench/loadgen/event_loop.h"
#include "bench/loadgen/run_result.h"
#include "fleetca/v1/statistics.grpc.pb.h"

namespace fleetca::loadgen {

// What lies between two snapshots.
ServerWindow ServerWindowBetween(const v1::GetStatisticsResponse& before,
                                 const v1::GetStatisticsResponse& after);

// Has a connection of its own, so that no call waits behind those of the load. Thread-compatible.
class ServerStatistics {
 public:
  // Both outlive it.
  ServerStatistics(const Connector& connector, EventLoop& loop);

  // Waits for the answer. PERMISSION_DENIED or UNIMPLEMENTED where the server gives none.
  absl::StatusOr<v1::GetStatisticsResponse> Read();

  // `on_read` gets the answer, or nullopt, on the event loop. One at a time.
  void ReadLater(std::function<void(std::optional<v1::GetStatisticsResponse>)> on_read);
  bool pending() const { return on_read_ != nullptr; }

 private:
  struct Note {};
  using Call = AsyncCall<v1::GetStatisticsRequest, v1::GetStatisticsResponse, Note>;

  void OnDone(Call& call);

  EventLoop& loop_;
  const std::unique_ptr<v1::StatisticsService::Stub> stub_;
  Call call_;
  std::function<void(std::optional<v1::GetStatisticsResponse>)> on_read_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_SERVER_STATISTICS_H_
