#include "bench/loadgen/renew_operation.h"

#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "bench/loadgen/fresh_operation.h"
#include "bench/loadgen/issued_beforehand.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {
namespace {

std::string ChainPem(const v1::IssueCertificateResponse& response) {
  return PemOfChain(response.certificate().certificate_der(),
                    {response.chain_der().begin(), response.chain_der().end()});
}

}  // namespace

RenewOperation::RenewOperation(LoadContext context)
    : Operation(context),
      requests_(context.plan, context.pool),
      agents_(context.plan.agents),
      calls_([this] {
        return std::make_unique<FreshCall>(this->context().loop, this->context().plan.timeout,
                                           [this](FreshCall& call) { OnDone(call); });
      }) {}

size_t RenewOperation::EntryAfter(size_t entry) const {
  const size_t next = entry + agents_.size();
  return next < context().pool.entries.size() ? next : entry % agents_.size();
}

absl::Status RenewOperation::Prepare(const client::CaClient& client) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<client::Issued> issued,
                           IssueBeforehand(client, context(), agents_.size()));
  for (size_t i = 0; i < agents_.size(); ++i) {
    agents_[i] = {PemOfChain(issued[i].certificate_der, issued[i].chain_der), i};
    free_agents_.push_back(i);
  }
  return TryRenewal();
}

// Before the load, so that a policy by which the agents cannot renew is one sentence.
absl::Status RenewOperation::TryRenewal() {
  const Agent& agent = agents_.front();
  const auto stub = v1::CertificateAuthorityService::NewStub(
      context().connector.NewChannel(context().connector.Credentials(
          agent.chain_pem, PoolPrivateKeyPem(context().pool, agent.entry))));
  v1::IssueCertificateRequest request;
  requests_.Fill(agent.entry, &request);
  request.set_validate_only(true);
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + context().plan.timeout));
  v1::IssueCertificateResponse response;
  return client::StatusFromGrpc(stub->IssueCertificate(&call, request, &response));
}

void RenewOperation::Send(int64_t intended_ns) {
  if (free_agents_.empty()) {
    waiting_.push_back(intended_ns);
  } else {
    StartRenewal(intended_ns);
  }
}

void RenewOperation::StartRenewal(int64_t intended_ns) {
  FreshCall& call = calls_.Take();
  call.intended_ns = intended_ns;
  call.agent = free_agents_.front();
  free_agents_.pop_front();
  const Agent& agent = agents_[call.agent];
  call.csr = EntryAfter(agent.entry);
  requests_.Fill(call.csr, &call.request());
  call.Start(context().connector.NewChannel(context().connector.Credentials(
                 agent.chain_pem, PoolPrivateKeyPem(context().pool, agent.entry))),
             FreshCall::Method::kIssueCertificate);
}

void RenewOperation::OnDone(FreshCall& call) {
  if (call.status().ok()) {
    const v1::IssueCertificateResponse& response = call.response();
    agents_[call.agent] = {ChainPem(response), call.csr};
  }
  free_agents_.push_back(call.agent);
  CallOutcome outcome = OutcomeOf(call, FreshCall::Method::kIssueCertificate, &context().sample);
  calls_.Return(call);
  if (!waiting_.empty()) {
    const int64_t intended_ns = waiting_.front();
    waiting_.pop_front();
    StartRenewal(intended_ns);
  }
  Finish(std::move(outcome));
}

void RenewOperation::Cancel() {
  calls_.ForEach([](FreshCall& call) { call.Cancel(); });
  // Those that wait have no call to cancel.
  for (const int64_t intended_ns : std::exchange(waiting_, {})) {
    CallOutcome outcome;
    outcome.intended_ns = intended_ns;
    outcome.errors.push_back(ErrorKey(absl::CancelledError("not started")));
    Finish(std::move(outcome));
  }
}

}  // namespace fleetca::loadgen
