// The gRPC call under an IssueStream. Only sources include it, as client/service_connection.h says.
#ifndef FLEETCA_CLIENT_ISSUE_STREAM_CALL_H_
#define FLEETCA_CLIENT_ISSUE_STREAM_CALL_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/issue_stream.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/time.h"

namespace fleetca::client {

// One thread writes and another reads, each of them alone; Cancel is for any thread.
class IssueStream::Call {
 public:
  using Request = v1::StreamIssueCertificatesRequest;
  using Response = v1::StreamIssueCertificatesResponse;

  // `deadline`, by the system's clock, is when the stream is cut off.
  Call(v1::CertificateAuthorityService::StubInterface& stub, absl::Time deadline) {
    if (deadline != absl::InfiniteFuture()) {
      context_.set_deadline(absl::ToChronoTime(deadline));
    }
    stream_ = stub.StreamIssueCertificates(&context_);
  }

  // Each false once the stream is broken.
  [[nodiscard]] bool Write(const Request& request) { return stream_->Write(request); }
  [[nodiscard]] bool Read(Response* response) { return stream_->Read(response); }
  void FinishWriting() { stream_->WritesDone(); }
  // Once, after the last Read.
  absl::Status Finish() { return StatusFromGrpc(stream_->Finish()); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<Request, Response>> stream_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_STREAM_CALL_H_
