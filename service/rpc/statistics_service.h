// fleetca.v1.StatisticsService: what the server measured about itself.
#ifndef FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_
#define FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/issuer_stats.h"
#include "service/policy/current_policy.h"
#include "service/rpc/caller_reader.h"
#include "store/store_stats.h"

namespace fleetca::service {

// Fills in the compiler, the libraries but the store's, and the machine.
void DescribeBuildAndMachine(v1::ServerDescription* description);

// Answers callers with may_read_statistics. Thread-safe; the references outlive it.
class StatisticsService : public v1::StatisticsService::WithRawCallbackMethod_GetStatistics<
                              v1::StatisticsService::Service> {
 public:
  StatisticsService(CallerReader& caller_reader, const CurrentPolicy& policies,
                    v1::ServerDescription description, const IssueQueue& queue,
                    const IssuerStats& issuing, const store::StoreStats& stored)
      : caller_reader_(caller_reader),
        policies_(policies),
        description_(std::move(description)),
        queue_(queue),
        issuing_(issuing),
        stored_(stored) {}

  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;

 private:
  absl::Status Read(const grpc::ServerContextBase& context,
                    v1::GetStatisticsResponse* response) const;

  const absl::Time start_time_ = absl::Now();
  CallerReader& caller_reader_;
  const CurrentPolicy& policies_;
  const v1::ServerDescription description_;
  const IssueQueue& queue_;
  const IssuerStats& issuing_;
  const store::StoreStats& stored_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_STATISTICS_SERVICE_H_
