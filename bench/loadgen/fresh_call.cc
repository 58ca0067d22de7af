#include "bench/loadgen/fresh_call.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {
namespace {

// How soon a cancelled handshake is noticed.
constexpr absl::Duration kLongestWatch = absl::Seconds(1);

}  // namespace

FreshCall::FreshCall(EventLoop& loop, absl::Duration timeout,
                     std::function<void(FreshCall&)> on_done)
    : loop_(loop),
      timeout_(timeout),
      on_done_(std::move(on_done)),
      issue_([this](const auto& call) { OnAnswer(call.status); }),
      bundle_([this](const auto& call) { OnAnswer(call.status); }) {}

void FreshCall::Start(std::shared_ptr<grpc::Channel> channel, Method method) {
  channel_ = std::move(channel);
  method_ = method;
  cancelled_ = false;
  handshake_ns_ = call_ns_ = 0;
  start_ns_ = MonotonicNow();
  deadline_ = absl::Now() + timeout_;
  Watch(channel_->GetState(/*try_to_connect=*/true));
}

void FreshCall::Watch(grpc_connectivity_state state) {
  state_ = state;
  const absl::Time until = std::min(deadline_, absl::Now() + kLongestWatch);
  channel_->NotifyOnStateChange(state, absl::ToChronoTime(until), loop_.queue(),
                                static_cast<Event*>(this));
}

// Not ok: it did not change in time.
void FreshCall::Proceed(bool ok) {
  const grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
  if (state == GRPC_CHANNEL_READY) {
    OnConnected();
  } else if (cancelled_ || absl::Now() >= deadline_) {
    End(Unavailable(Reason::kServerUnreachable, "no connection in time"));
  } else if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) {
    End(Unavailable(Reason::kServerUnreachable, "the connection could not be made"));
  } else {
    Watch(state);
  }
}

void FreshCall::OnConnected() {
  handshake_ns_ = MonotonicNow() - start_ns_;
  stub_ = v1::CertificateAuthorityService::NewStub(channel_);
  const absl::Duration left = deadline_ - absl::Now();
  using Stub = v1::CertificateAuthorityService::Stub;
  if (method_ == Method::kIssueCertificate) {
    issue_.Start(*stub_, &Stub::AsyncIssueCertificate, loop_, left);
  } else {
    bundle_.Start(*stub_, &Stub::AsyncGetTrustBundle, loop_, left);
  }
}

void FreshCall::OnAnswer(const grpc::Status& status) {
  call_ns_ = MonotonicNow() - start_ns_ - handshake_ns_;
  End(client::StatusFromGrpc(status));
}

void FreshCall::End(absl::Status status) {
  status_ = std::move(status);
  stub_.reset();
  channel_.reset();
  on_done_(*this);
}

void FreshCall::Cancel() {
  cancelled_ = true;
  issue_.Cancel();
  bundle_.Cancel();
}

}  // namespace fleetca::loadgen
