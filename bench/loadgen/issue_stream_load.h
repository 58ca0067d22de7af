// One StreamIssueCertificates with many requests in flight.
#ifndef FLEETCA_BENCH_LOADGEN_ISSUE_STREAM_LOAD_H_
#define FLEETCA_BENCH_LOADGEN_ISSUE_STREAM_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "bench/loadgen/event_loop.h"
#include "bench/loadgen/request_source.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/async_stream.h"

namespace fleetca::loadgen {

// Opens the stream when there is something to send, also after it has ended. What was in flight
// when a stream ended has its status. Thread-compatible.
class IssueStreamLoad {
 public:
  // An answer to what was sent at `intended_ns` with CSR `csr`; with no response, the stream's end.
  using OnAnswer = std::function<void(int64_t intended_ns, size_t csr,
                                      const v1::StreamIssueCertificatesResponse* response,
                                      const grpc::Status& status)>;

  // All of them outlive it.
  IssueStreamLoad(v1::CertificateAuthorityService::Stub& stub, EventLoop& loop,
                  RequestSource& requests, OnAnswer on_answer);

  void Send(int64_t intended_ns);
  size_t in_flight() const { return slots_.size() - free_slots_.size(); }
  // Has the stream end, and all in flight with it.
  void Cancel();
  bool closed() const { return stream_ == nullptr; }

 private:
  struct Slot {
    bool used = false;
    int64_t intended_ns = 0;
    size_t csr = 0;
  };

  void Open();
  void WriteNext();
  void OnOpened(bool ok);
  void OnWritten(bool ok);
  void OnRead(bool ok);
  void OnFinished();
  // Ends the stream once nothing is pending on it.
  void FinishWhenIdle();
  void Answer(size_t slot, const v1::StreamIssueCertificatesResponse* response,
              const grpc::Status& status);

  v1::CertificateAuthorityService::Stub& stub_;
  EventLoop& loop_;
  RequestSource& requests_;
  const OnAnswer on_answer_;

  std::vector<Slot> slots_;  // the index is the request's id
  std::vector<size_t> free_slots_;
  std::deque<size_t> to_write_;

  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::StreamIssueCertificatesRequest,
                                                v1::StreamIssueCertificatesResponse>>
      stream_;
  bool opened_ = false;
  bool writing_ = false;
  bool reading_ = false;
  bool broken_ = false;
  bool finishing_ = false;
  v1::StreamIssueCertificatesRequest request_;
  v1::StreamIssueCertificatesResponse response_;
  grpc::Status status_;
  FunctionEvent opened_event_;
  FunctionEvent written_event_;
  FunctionEvent read_event_;
  FunctionEvent finished_event_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_ISSUE_STREAM_LOAD_H_
