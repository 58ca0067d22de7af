#include "bench/loadgen/renew_operation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "bench/loadgen/fresh_operation.h"
#include "client/status_from_grpc.h"
#include "x509/pem.h"

namespace fleetca::loadgen {
namespace {

constexpr size_t kMostAtOnce = 500;

template <typename Chain>
std::string ChainPem(const std::string& leaf_der, const Chain& chain_der) {
  std::string pem = x509::EncodePem(x509::kPemCertificate, leaf_der);
  for (const std::string& der : chain_der) {
    pem += x509::EncodePem(x509::kPemCertificate, der);
  }
  return pem;
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
  for (size_t first = 0; first < agents_.size(); first += kMostAtOnce) {
    std::vector<client::IssueOptions> asked;
    for (size_t i = first; i < std::min(first + kMostAtOnce, agents_.size()); ++i) {
      asked.push_back({context().pool.entries[i].csr_der, context().plan.profile});
    }
    FLEETCA_ASSIGN_OR_RETURN(const auto results, client.IssueBatch(asked));
    for (size_t k = 0; k < results.size(); ++k) {
      FLEETCA_RETURN_IF_ERROR(results[k].status());
      agents_[first + k] = {ChainPem(results[k]->certificate_der, results[k]->chain_der),
                            first + k};
      free_agents_.push_back(first + k);
    }
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
    agents_[call.agent] = {ChainPem(response.certificate().certificate_der(), response.chain_der()),
                           call.csr};
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
