// A connection made for one call: TCP, TLS, HTTP/2, the call, and its end.
#ifndef FLEETCA_BENCH_LOADGEN_FRESH_CALL_H_
#define FLEETCA_BENCH_LOADGEN_FRESH_CALL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "bench/loadgen/async_call.h"
#include "bench/loadgen/event_loop.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/channel.h"

namespace fleetca::loadgen {

// Used again for the next call. Thread-compatible.
class FreshCall final : public Event {
 public:
  enum class Method { kIssueCertificate, kGetTrustBundle };

  // The loop outlives it. `on_done` is called once for each Start, when the connection is gone.
  FreshCall(EventLoop& loop, absl::Duration timeout, std::function<void(FreshCall&)> on_done);

  // What is asked and answered, for kIssueCertificate.
  v1::IssueCertificateRequest& request() { return issue_.request; }
  const v1::IssueCertificateResponse& response() const { return issue_.response; }
  // UNAVAILABLE kServerUnreachable where there was no connection.
  const absl::Status& status() const { return status_; }
  // How long it took from the start until the connection was there (0 when it was not), and from
  // then to the answer.
  int64_t handshake_ns() const { return handshake_ns_; }
  int64_t call_ns() const { return call_ns_; }

  // For whoever started it.
  int64_t intended_ns = 0;
  size_t csr = 0;
  size_t agent = 0;

  // `channel` is new and not used elsewhere.
  void Start(std::shared_ptr<grpc::Channel> channel, Method method);
  void Cancel();

  // The channel's state changed.
  void Proceed(bool ok) override;

 private:
  struct Note {};

  void Watch(grpc_connectivity_state state);
  void OnConnected();
  void OnAnswer(const grpc::Status& status);
  void End(absl::Status status);

  EventLoop& loop_;
  const absl::Duration timeout_;
  const std::function<void(FreshCall&)> on_done_;
  AsyncCall<v1::IssueCertificateRequest, v1::IssueCertificateResponse, Note> issue_;
  AsyncCall<v1::GetTrustBundleRequest, v1::GetTrustBundleResponse, Note> bundle_;
  Method method_ = Method::kIssueCertificate;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::CertificateAuthorityService::Stub> stub_;
  grpc_connectivity_state state_ = GRPC_CHANNEL_IDLE;
  absl::Time deadline_;
  bool cancelled_ = false;
  absl::Status status_;
  int64_t start_ns_ = 0;
  int64_t handshake_ns_ = 0;
  int64_t call_ns_ = 0;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_FRESH_CALL_H_
