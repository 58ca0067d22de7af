#include "client/agent/sockets/workload_service.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "client/agent/sockets/caller_refusal.h"
#include "client/agent/sockets/pushed_call.h"
#include "client/agent/sockets/request_octets.h"

namespace fleetca::client {
namespace {

constexpr char kHeader[] = "workload.spiffe.io";

absl::Status CheckHeader(const grpc::CallbackServerContext& context) {
  const auto [first, last] = context.client_metadata().equal_range(kHeader);
  if (first == last || std::next(first) != last || first->second != "true") {
    return InvalidArgument(
        Reason::kRequestMalformed, kHeader,
        absl::StrCat("The call needs the metadata \"", kHeader,
                     ": true\" exactly once, as every client of the SPIFFE Workload API sends it"));
  }
  return absl::OkStatus();
}

// Whether what came is a request of the method's kind.
template <typename Request>
absl::Status CheckRequest(const grpc::ByteBuffer& octets) {
  Request request;
  return ReadRequest(octets, &request);
}

// How a call of a kind ends that is not offered; `request` is what CheckRequest says.
grpc::Status NotOffered(const grpc::CallbackServerContext& context, const absl::Status& request,
                        absl::string_view what) {
  for (const absl::Status& checked : {CheckHeader(context), request}) {
    if (!checked.ok()) {
      return ToGrpcStatus(checked);
    }
  }
  return grpc::Status(grpc::StatusCode::UNIMPLEMENTED,
                      absl::StrCat("This agent hands out X.509-SVIDs and no ", what,
                                   "; call FetchX509SVID or FetchX509Bundles"));
}

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext& context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

// Says one part of what an identity is.
class FollowCall final : public PushedCall<WorkloadService::WriteReactor> {
 public:
  explicit FollowCall(SharedOctets IdentitySnapshot::*part) : part_(part) {}

 private:
  absl::StatusOr<SharedOctets> Next(const IdentitySnapshot& snapshot) override {
    const SharedOctets& now = snapshot.*part_;
    if (now == nullptr) {
      return Unavailable(Reason::kInternal,
                         "The agent has no valid certificate now; `fleetca agent status` says why");
    }
    if (SameOctets(now, said_)) {
      return SharedOctets();
    }
    said_ = now;
    return now;
  }

  SharedOctets IdentitySnapshot::*const part_;
  SharedOctets said_;
};

}  // namespace

WorkloadService::WriteReactor* WorkloadService::Follow(const grpc::CallbackServerContext& context,
                                                       const absl::Status& request,
                                                       Part part) const {
  absl::Status status = CheckHeader(context);
  if (status.ok() && feed_ == nullptr) {
    status = NoIdentityForCaller();
  }
  status.Update(request);
  if (!status.ok()) {
    return new EndedCall<WriteReactor>(ToGrpcStatus(status));
  }
  const auto call = std::make_shared<FollowCall>(part);
  call->Begin(feed_);
  return call.get();
}

WorkloadService::WriteReactor* WorkloadService::FetchX509SVID(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request) {
  return Follow(*context, CheckRequest<X509SVIDRequest>(*request), &IdentitySnapshot::x509_svid);
}

WorkloadService::WriteReactor* WorkloadService::FetchX509Bundles(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return Follow(*context, CheckRequest<X509BundlesRequest>(*request),
                &IdentitySnapshot::x509_bundles);
}

grpc::ServerUnaryReactor* WorkloadService::FetchJWTSVID(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return Answer(*context,
                NotOffered(*context, CheckRequest<JWTSVIDRequest>(*request), "JWT-SVIDs"));
}

WorkloadService::WriteReactor* WorkloadService::FetchJWTBundles(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return new EndedCall<WriteReactor>(
      NotOffered(*context, CheckRequest<JWTBundlesRequest>(*request), "JWT bundles"));
}

grpc::ServerUnaryReactor* WorkloadService::ValidateJWTSVID(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Answer(*context,
                NotOffered(*context, CheckRequest<ValidateJWTSVIDRequest>(*request), "JWT-SVIDs"));
}

grpc::ServerUnaryReactor* WorkloadService::FetchWITSVID(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return Answer(*context,
                NotOffered(*context, CheckRequest<WITSVIDRequest>(*request), "WIT-SVIDs"));
}

WorkloadService::WriteReactor* WorkloadService::FetchWITBundles(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return new EndedCall<WriteReactor>(
      NotOffered(*context, CheckRequest<WITBundlesRequest>(*request), "WIT bundles"));
}

}  // namespace fleetca::client
