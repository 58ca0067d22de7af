// A StatisticsService that answers as it is told.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_STATISTICS_H_
#define FLEETCA_CLIENT_TESTING_FAKE_STATISTICS_H_

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "fleetca/v1/statistics.grpc.pb.h"

namespace fleetca::client::testing {

// Thread-safe.
class FakeStatistics final : public v1::StatisticsService::Service {
 public:
  // What every call is answered with; empty at first.
  void Answer(v1::GetStatisticsResponse response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(response);
  }

  grpc::Status GetStatistics(grpc::ServerContext*, const v1::GetStatisticsRequest*,
                             v1::GetStatisticsResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = answer_;
    return grpc::Status::OK;
  }

 private:
  absl::Mutex mutex_;
  v1::GetStatisticsResponse answer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_STATISTICS_H_
