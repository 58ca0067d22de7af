#include "bench/loadgen/fresh_operation.h"

#include <utility>

namespace fleetca::loadgen {

CallOutcome OutcomeOf(const FreshCall& call, FreshCall::Method method, AnswerSample* sample) {
  CallOutcome outcome;
  outcome.intended_ns = call.intended_ns;
  if (call.handshake_ns() > 0) {
    outcome.handshake_ns = call.handshake_ns();
  }
  if (!call.status().ok()) {
    outcome.errors.push_back(ErrorKey(call.status()));
    return outcome;
  }
  outcome.answered = true;
  if (method == FreshCall::Method::kIssueCertificate) {
    outcome.certificates = 1;
    outcome.issue_ns = call.call_ns();
    sample->Offer(call.response().certificate(), call.csr);
    sample->OfferChain(call.response().chain_der());
  }
  return outcome;
}

FreshOperation::FreshOperation(LoadContext context, FreshCall::Method method)
    : Operation(context), method_(method), requests_(context.plan, context.pool), calls_([this] {
        return std::make_unique<FreshCall>(this->context().loop, this->context().plan.timeout,
                                           [this](FreshCall& call) { OnDone(call); });
      }) {}

void FreshOperation::Send(int64_t intended_ns) {
  FreshCall& call = calls_.Take();
  call.intended_ns = intended_ns;
  if (method_ == FreshCall::Method::kIssueCertificate) {
    call.csr = requests_.Next(&call.request());
  }
  call.Start(context().connector.NewChannel(), method_);
}

void FreshOperation::OnDone(FreshCall& call) {
  CallOutcome outcome = OutcomeOf(call, method_, &context().sample);
  calls_.Return(call);
  Finish(std::move(outcome));
}

void FreshOperation::Cancel() {
  calls_.ForEach([](FreshCall& call) { call.Cancel(); });
}

}  // namespace fleetca::loadgen
