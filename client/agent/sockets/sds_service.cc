#include "client/agent/sockets/sds_service.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/log.h"
#include "base/log_limiter.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "client/agent/sockets/caller_refusal.h"
#include "client/agent/sockets/pushed_call.h"
#include "client/agent/sockets/request_octets.h"
#include "client/agent/sockets/sds_stream.h"

namespace fleetca::client {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;

// Of what a client says of itself, for the log.
constexpr size_t kMaxTold = 300;

absl::StatusOr<DiscoveryRequest> Parse(const grpc::ByteBuffer& octets) {
  DiscoveryRequest request;
  FLEETCA_RETURN_IF_ERROR(ReadRequest(octets, &request));
  return request;
}

// What a client can provoke.
void Warn(absl::string_view event, const std::string& identity, const std::string& node,
          absl::string_view what) {
  static log::Limiter* const limiter = new log::Limiter(5);
  uint64_t suppressed = 0;
  if (limiter->Allow(SteadyTime(), &suppressed)) {
    log::Warning(event, {{"identity", identity},
                         {"envoy", absl::string_view(node).substr(0, kMaxTold)},
                         {"what", what.substr(0, kMaxTold)},
                         {"lines_suppressed", suppressed}});
  }
}

class StreamCall final : public PushedCall<SdsService::BidiReactor> {
 public:
  explicit StreamCall(const std::string& identity) : identity_(identity) {}

  void Read() { StartRead(&octets_); }

  void OnReadDone(bool ok) override {
    const auto hold = shared_from_this();
    {
      absl::MutexLock lock(&mutex_);
      Keep();
      if (!ok) {
        EndLocked(absl::OkStatus());  // the client has said all that it will
      } else if (IsEnding()) {
        // What began while the feed was closed has been offered nothing.
      } else if (const absl::Status read = Take(); !read.ok()) {
        EndLocked(read);
      }
      ok = !IsEnding();
    }
    if (ok) {
      Read();
    }
    Unkeep();
  }

 private:
  absl::Status Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    FLEETCA_ASSIGN_OR_RETURN(const DiscoveryRequest request, Parse(octets_));
    FLEETCA_ASSIGN_OR_RETURN(const SdsStream::Kind kind, stream_.OnRequest(request));
    if (kind == SdsStream::Kind::kRefused) {
      Warn("Envoy did not take a certificate or whom to trust", identity_, stream_.node(),
           request.error_detail().message());
    }
    stream_.OnSecrets(offered()->secrets);
    const std::string unknown = absl::StrJoin(stream_.UnknownNames(), " ");
    if (unknown != told_) {
      told_ = unknown;
      if (!unknown.empty()) {
        Warn("Envoy waits for secrets that no name of this identity stands for", identity_,
             stream_.node(), unknown);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<SharedOctets> Next(const IdentitySnapshot& snapshot) override {
    stream_.OnSecrets(snapshot.secrets);
    return stream_.Next();
  }

  const std::string identity_;
  // gRPC's while it reads.
  grpc::ByteBuffer octets_;
  SdsStream stream_;
  std::string told_;
};

}  // namespace

SdsService::BidiReactor* SdsService::StreamSecrets(grpc::CallbackServerContext* context) {
  if (feed_ == nullptr) {
    return new EndedCall<BidiReactor>(ToGrpcStatus(NoIdentityForCaller()));
  }
  const auto call = std::make_shared<StreamCall>(identity_);
  call->Begin(feed_);
  call->Read();
  return call.get();
}

grpc::ServerUnaryReactor* SdsService::FetchSecrets(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  const auto answer = [&]() -> absl::Status {
    if (feed_ == nullptr) {
      return NoIdentityForCaller();
    }
    FLEETCA_ASSIGN_OR_RETURN(const DiscoveryRequest message, Parse(*request));
    FLEETCA_ASSIGN_OR_RETURN(const SharedOctets octets,
                             AnswerSdsOnce(message, feed_->Latest()->secrets));
    *response = ToByteBuffer(octets);
    return absl::OkStatus();
  };
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(answer()));
  return reactor;
}

SdsService::BidiReactor* SdsService::DeltaSecrets(grpc::CallbackServerContext* context) {
  return new EndedCall<BidiReactor>(grpc::Status(
      grpc::StatusCode::UNIMPLEMENTED,
      "Secrets are handed out by StreamSecrets; write api_type: GRPC in Envoy's sds_config"));
}

}  // namespace fleetca::client
