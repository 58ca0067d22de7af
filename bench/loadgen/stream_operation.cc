#include "bench/loadgen/stream_operation.h"

#include <algorithm>

#include "base/status_macros.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {

StreamOperation::StreamOperation(LoadContext context)
    : Operation(context), requests_(context.plan, context.pool) {}

absl::Status StreamOperation::Prepare(const client::CaClient& client) {
  FLEETCA_ASSIGN_OR_RETURN(const auto channels,
                           context().connector.Connect(context().plan.connections));
  for (const auto& channel : channels) {
    stubs_.push_back(v1::CertificateAuthorityService::NewStub(channel));
    streams_.push_back(std::make_unique<IssueStreamLoad>(
        *stubs_.back(), context().loop, requests_,
        [this](int64_t intended_ns, size_t csr, const v1::StreamIssueCertificatesResponse* response,
               const grpc::Status& status) { OnAnswer(intended_ns, csr, response, status); }));
  }
  return absl::OkStatus();
}

void StreamOperation::Send(int64_t intended_ns) {
  const auto emptiest = std::min_element(
      streams_.begin(), streams_.end(),
      [](const auto& a, const auto& b) { return a->in_flight() < b->in_flight(); });
  (*emptiest)->Send(intended_ns);
}

void StreamOperation::OnAnswer(int64_t intended_ns, size_t csr,
                               const v1::StreamIssueCertificatesResponse* response,
                               const grpc::Status& status) {
  CallOutcome outcome;
  outcome.intended_ns = intended_ns;
  if (response == nullptr) {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(status)));
  } else if (response->has_certificate()) {
    outcome.answered = true;
    outcome.certificates = 1;
    context().sample.Offer(response->certificate(), csr);
    context().sample.OfferChain(response->chain_der());
  } else {
    outcome.errors.push_back(ErrorKey(client::StatusFromRpc(response->error())));
  }
  Finish(std::move(outcome));
}

void StreamOperation::Cancel() {
  for (const auto& stream : streams_) {
    stream->Cancel();
  }
}

bool StreamOperation::closed() const {
  return std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->closed(); });
}

}  // namespace fleetca::loadgen
