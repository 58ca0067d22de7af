#include "bench/loadgen/batch_operation.h"

#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {

BatchOperation::BatchOperation(LoadContext context)
    : Operation(context),
      requests_(context.plan, context.pool),
      calls_([this] { return std::make_unique<Call>([this](Call& call) { OnDone(call); }); }) {}

absl::Status BatchOperation::Prepare(const client::CaClient& client) {
  FLEETCA_ASSIGN_OR_RETURN(const auto channels,
                           context().connector.Connect(context().plan.connections));
  for (const auto& channel : channels) {
    stubs_.push_back(v1::CertificateAuthorityService::NewStub(channel));
  }
  return absl::OkStatus();
}

void BatchOperation::Send(int64_t intended_ns) {
  Call& call = calls_.Take();
  call.note.intended_ns = intended_ns;
  call.note.csrs.clear();
  call.request.clear_requests();
  for (size_t i = 0; i < context().plan.batch; ++i) {
    call.note.csrs.push_back(requests_.Next(call.request.add_requests()));
  }
  next_stub_ = (next_stub_ + 1) % stubs_.size();
  call.Start(*stubs_[next_stub_],
             &v1::CertificateAuthorityService::Stub::AsyncBatchIssueCertificates, context().loop,
             context().plan.timeout);
}

void BatchOperation::ReadResults(const Call& call, CallOutcome* outcome) {
  if (static_cast<size_t>(call.response.results_size()) != call.note.csrs.size()) {
    outcome->errors.push_back(ErrorKey(client::AnswerInvalid("")));
    return;
  }
  for (size_t i = 0; i < call.note.csrs.size(); ++i) {
    const v1::BatchIssueResult& result = call.response.results(static_cast<int>(i));
    if (result.has_certificate()) {
      ++outcome->certificates;
      context().sample.Offer(result.certificate(), call.note.csrs[i]);
    } else {
      outcome->errors.push_back(ErrorKey(client::StatusFromRpc(result.error())));
    }
  }
  context().sample.OfferChain(call.response.chain_der());
}

void BatchOperation::OnDone(Call& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  outcome.answered = call.status.ok();
  if (outcome.answered) {
    ReadResults(call, &outcome);
  } else {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(call.status)));
  }
  calls_.Return(call);
  Finish(std::move(outcome));
}

void BatchOperation::Cancel() {
  calls_.ForEach([](Call& call) { call.Cancel(); });
}

}  // namespace fleetca::loadgen
