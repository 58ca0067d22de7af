#include "bench/loadgen/revoke_operation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "bench/loadgen/issued_beforehand.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {

RevokeOperation::RevokeOperation(LoadContext context)
    : Operation(context),
      calls_([this] { return std::make_unique<Call>([this](Call& call) { OnDone(call); }); }) {}

absl::Status RevokeOperation::Prepare(const client::CaClient& client) {
  const LoadPlan& plan = context().plan;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<client::Issued> issued,
                           IssueBeforehand(client, context(), plan.max_requests * plan.batch));
  for (const client::Issued& certificate : issued) {
    serials_.emplace_back(certificate.serial.bytes());
  }
  FLEETCA_ASSIGN_OR_RETURN(const auto channels, context().connector.Connect(plan.connections));
  for (const auto& channel : channels) {
    stubs_.push_back(v1::RevocationService::NewStub(channel));
  }
  return absl::OkStatus();
}

void RevokeOperation::Send(int64_t intended_ns) {
  Call& call = calls_.Take();
  call.note = {intended_ns};
  call.request.Clear();
  call.request.set_reason(v1::REVOCATION_REASON_SUPERSEDED);
  for (size_t i = 0; i < context().plan.batch; ++i) {
    call.request.mutable_serial_numbers()->add_values(serials_[next_]);
    next_ = (next_ + 1) % serials_.size();
  }
  next_stub_ = (next_stub_ + 1) % stubs_.size();
  call.Start(*stubs_[next_stub_], &v1::RevocationService::Stub::AsyncRevokeCertificates,
             context().loop, context().plan.timeout);
}

void RevokeOperation::OnDone(Call& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  outcome.answered = call.status.ok();
  outcome.certificates = outcome.answered ? call.response.revoked() : 0;
  if (!outcome.answered) {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(call.status)));
  } else if (call.response.revoked() != context().plan.batch) {
    outcome.errors.push_back(ErrorKey(client::AnswerInvalid("not all were revoked now")));
  }
  calls_.Return(call);
  Finish(std::move(outcome));
}

void RevokeOperation::Cancel() {
  calls_.ForEach([](Call& call) { call.Cancel(); });
}

}  // namespace fleetca::loadgen
