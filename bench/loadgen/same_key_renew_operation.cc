#include "bench/loadgen/same_key_renew_operation.h"

#include <utility>

#include "absl/types/span.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "bench/loadgen/issued_beforehand.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {
namespace {

constexpr size_t kRequestIdBytes = 16;

}  // namespace

SameKeyRenewOperation::SameKeyRenewOperation(LoadContext context)
    : Operation(context),
      calls_([this] { return std::make_unique<Call>([this](Call& call) { OnDone(call); }); }) {}

absl::Status SameKeyRenewOperation::Prepare(const client::CaClient& client) {
  const size_t agents = context().plan.agents;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<client::Issued> issued,
                           IssueBeforehand(client, context(), agents));
  for (size_t i = 0; i < agents; ++i) {
    const std::string pem = PemOfChain(issued[i].certificate_der, issued[i].chain_der);
    FLEETCA_ASSIGN_OR_RETURN(const auto channel,
                             context().connector.ConnectWith(context().connector.Credentials(
                                 pem, PoolPrivateKeyPem(context().pool, i))));
    stubs_.push_back(v1::CertificateAuthorityService::NewStub(channel));
    free_agents_.push_back(i);
  }
  return absl::OkStatus();
}

void SameKeyRenewOperation::Send(int64_t intended_ns) {
  if (free_agents_.empty()) {
    waiting_.push_back(intended_ns);
  } else {
    Start(intended_ns);
  }
}

void SameKeyRenewOperation::Start(int64_t intended_ns) {
  Call& call = calls_.Take();
  call.note = {intended_ns, free_agents_.front()};
  free_agents_.pop_front();
  if (context().plan.request_ids) {
    std::string& id = *call.request.mutable_request_id();
    id.resize(kRequestIdBytes);
    // Without randomness the id would be one that was used, which the answer then says.
    (void)RandomBytes(absl::MakeSpan(id));
  }
  call.Start(*stubs_[call.note.agent],
             &v1::CertificateAuthorityService::Stub::AsyncRenewCertificate, context().loop,
             context().plan.timeout);
}

void SameKeyRenewOperation::OnDone(Call& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  if (call.status.ok()) {
    outcome.answered = true;
    outcome.certificates = 1;
    context().sample.Offer(call.response.certificate(), call.note.agent);
    context().sample.OfferChain(call.response.chain_der());
  } else {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(call.status)));
  }
  free_agents_.push_back(call.note.agent);
  calls_.Return(call);
  if (!waiting_.empty()) {
    const int64_t next_ns = waiting_.front();
    waiting_.pop_front();
    Start(next_ns);
  }
  Finish(std::move(outcome));
}

void SameKeyRenewOperation::Cancel() {
  calls_.ForEach([](Call& call) { call.Cancel(); });
  // Those that wait have no call to cancel.
  for (const int64_t intended_ns : std::exchange(waiting_, {})) {
    CallOutcome outcome;
    outcome.intended_ns = intended_ns;
    outcome.errors.push_back(ErrorKey(absl::CancelledError("not started")));
    Finish(std::move(outcome));
  }
}

}  // namespace fleetca::loadgen
