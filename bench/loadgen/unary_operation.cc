#include "bench/loadgen/unary_operation.h"

#include "base/status_macros.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {

UnaryOperation::UnaryOperation(LoadContext context)
    : Operation(context),
      requests_(context.plan, context.pool),
      calls_([this] { return std::make_unique<Call>([this](Call& call) { OnDone(call); }); }) {}

absl::Status UnaryOperation::Prepare(const client::CaClient& client) {
  FLEETCA_ASSIGN_OR_RETURN(const auto channels,
                           context().connector.Connect(context().plan.connections));
  for (const auto& channel : channels) {
    stubs_.push_back(v1::CertificateAuthorityService::NewStub(channel));
  }
  return absl::OkStatus();
}

void UnaryOperation::Send(int64_t intended_ns) {
  Call& call = calls_.Take();
  call.note = {intended_ns, requests_.Next(&call.request)};
  next_stub_ = (next_stub_ + 1) % stubs_.size();
  call.Start(*stubs_[next_stub_], &v1::CertificateAuthorityService::Stub::AsyncIssueCertificate,
             context().loop, context().plan.timeout);
}

void UnaryOperation::OnDone(Call& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  if (call.status.ok()) {
    outcome.answered = true;
    outcome.certificates = 1;
    context().sample.Offer(call.response.certificate(), call.note.csr);
    context().sample.OfferChain(call.response.chain_der());
  } else {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(call.status)));
  }
  calls_.Return(call);
  Finish(std::move(outcome));
}

void UnaryOperation::Cancel() {
  calls_.ForEach([](Call& call) { call.Cancel(); });
}

}  // namespace fleetca::loadgen
