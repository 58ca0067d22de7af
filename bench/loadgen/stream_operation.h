// Shape stream: requests on open streams, one a connection.
#ifndef FLEETCA_BENCH_LOADGEN_STREAM_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_STREAM_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/loadgen/issue_stream_load.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/request_source.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"

namespace fleetca::loadgen {

class StreamOperation final : public Operation {
 public:
  explicit StreamOperation(LoadContext context);

  absl::Status Prepare(const client::CaClient& client) override;
  void Send(int64_t intended_ns) override;
  void Cancel() override;
  void Close() override { Cancel(); }
  bool closed() const override;

 private:
  void OnAnswer(int64_t intended_ns, size_t csr,
                const v1::StreamIssueCertificatesResponse* response, const grpc::Status& status);

  RequestSource requests_;
  std::vector<std::unique_ptr<v1::CertificateAuthorityService::Stub>> stubs_;
  std::vector<std::unique_ptr<IssueStreamLoad>> streams_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_STREAM_OPERATION_H_
