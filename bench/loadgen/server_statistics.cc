#include "bench/loadgen/server_statistics.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/histogram.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/time.h"

namespace fleetca::loadgen {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

HistogramSnapshot FromProto(const v1::Histogram& histogram) {
  std::vector<HistogramSnapshot::Bucket> buckets;
  for (const v1::Histogram::Bucket& bucket : histogram.buckets()) {
    buckets.push_back({bucket.upper_bound(), bucket.count()});
  }
  return HistogramSnapshot(std::move(buckets), histogram.sum());
}

HistogramSnapshot Between(const v1::Histogram& before, const v1::Histogram& after) {
  return FromProto(after).Since(FromProto(before));
}

}  // namespace

ServerWindow ServerWindowBetween(const v1::GetStatisticsResponse& before,
                                 const v1::GetStatisticsResponse& after) {
  ServerWindow window;
  window.seconds = absl::ToDoubleSeconds(client::TimeFromProto(after.read_time()) -
                                         client::TimeFromProto(before.read_time()));
  window.user_cpu_s = after.process().user_cpu_seconds() - before.process().user_cpu_seconds();
  window.system_cpu_s =
      after.process().system_cpu_seconds() - before.process().system_cpu_seconds();
  window.resident_bytes = after.process().resident_bytes();
  window.peak_resident_bytes = after.process().peak_resident_bytes();
  window.issued = after.issuing().issued() - before.issuing().issued();
  window.refused = after.issuing().refused() - before.issuing().refused();
  window.batch_size = Between(before.issuing().batch_size(), after.issuing().batch_size());
  window.commit_records = Between(before.store().commit_records(), after.store().commit_records());
  window.commit_us =
      Between(before.store().commit_microseconds(), after.store().commit_microseconds());
  window.sync_us = Between(before.store().sync_microseconds(), after.store().sync_microseconds());
  return window;
}

ServerStatistics::ServerStatistics(const Connector& connector, EventLoop& loop)
    : loop_(loop),
      stub_(v1::StatisticsService::NewStub(connector.NewChannel())),
      call_([this](Call& call) { OnDone(call); }) {}

absl::StatusOr<v1::GetStatisticsResponse> ServerStatistics::Read() {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  v1::GetStatisticsResponse response;
  const grpc::Status status = stub_->GetStatistics(&context, v1::GetStatisticsRequest(), &response);
  if (!status.ok()) {
    return client::StatusFromGrpc(status);
  }
  return response;
}

void ServerStatistics::ReadLater(
    std::function<void(std::optional<v1::GetStatisticsResponse>)> on_read) {
  on_read_ = std::move(on_read);
  call_.Start(*stub_, &v1::StatisticsService::Stub::AsyncGetStatistics, loop_, kTimeout);
}

void ServerStatistics::OnDone(Call& call) {
  const auto on_read = std::exchange(on_read_, nullptr);
  on_read(call.status.ok() ? std::optional<v1::GetStatisticsResponse>(call.response)
                           : std::nullopt);
}

}  // namespace fleetca::loadgen
