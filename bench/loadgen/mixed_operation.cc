#include "bench/loadgen/mixed_operation.h"

#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"

namespace fleetca::loadgen {
namespace {

using Stub = v1::CertificateAuthorityService::Stub;

// The answer to a bad CSR.
void JudgeRefusal(const BadCsr& bad, const absl::Status& status, CallOutcome* outcome) {
  if (status.ok()) {
    outcome->errors.push_back(kUnexpectedSuccess);
  } else if (GetReason(status) == bad.refused_for) {
    outcome->expected_refusals.push_back(ErrorKey(status));
  } else {
    outcome->errors.push_back(ErrorKey(status));
  }
}

}  // namespace

MixedOperation::MixedOperation(LoadContext context)
    : Operation(context),
      requests_(context.plan, context.pool),
      issue_calls_([this] {
        return std::make_unique<IssueCall>([this](IssueCall& call) { OnIssued(call); });
      }),
      lookup_calls_([this] {
        return std::make_unique<LookupCall>([this](LookupCall& call) { OnLookedUp(call); });
      }) {}

absl::Status MixedOperation::Prepare(const client::CaClient& client) {
  FLEETCA_ASSIGN_OR_RETURN(bad_csrs_, MakeBadCsrs(context().pool));
  FLEETCA_ASSIGN_OR_RETURN(const auto channels,
                           context().connector.Connect(context().plan.connections));
  for (const auto& channel : channels) {
    stubs_.push_back(v1::CertificateAuthorityService::NewStub(channel));
  }
  return absl::OkStatus();
}

Stub& MixedOperation::NextStub() {
  next_stub_ = (next_stub_ + 1) % stubs_.size();
  return *stubs_[next_stub_];
}

void MixedOperation::Send(int64_t intended_ns) {
  const LoadPlan& plan = context().plan;
  const double draw = std::uniform_real_distribution<double>(0, 1)(random_);
  if (draw < plan.bad_share) {
    next_bad_ = (next_bad_ + 1) % bad_csrs_.size();
    Issue(intended_ns, &bad_csrs_[next_bad_]);
    return;
  }
  const std::string* serial =
      draw < plan.bad_share + plan.lookup_share ? context().sample.RandomSerial() : nullptr;
  if (serial != nullptr) {
    LookUp(intended_ns, *serial);
  } else {
    Issue(intended_ns, nullptr);
  }
}

void MixedOperation::Issue(int64_t intended_ns, const BadCsr* bad) {
  IssueCall& call = issue_calls_.Take();
  call.note = {intended_ns, requests_.Next(&call.request), bad};
  if (bad != nullptr) {
    call.request.set_csr_der(bad->der);
  }
  call.Start(NextStub(), &Stub::AsyncIssueCertificate, context().loop, context().plan.timeout);
}

void MixedOperation::LookUp(int64_t intended_ns, const std::string& serial) {
  LookupCall& call = lookup_calls_.Take();
  call.note = {intended_ns};
  call.request.set_serial_number(serial);
  call.Start(NextStub(), &Stub::AsyncGetCertificate, context().loop, context().plan.timeout);
}

void MixedOperation::OnIssued(IssueCall& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  const absl::Status status = client::StatusFromGrpc(call.status);
  if (call.note.bad != nullptr) {
    JudgeRefusal(*call.note.bad, status, &outcome);
    outcome.answered = !outcome.expected_refusals.empty();
  } else if (status.ok()) {
    outcome.answered = true;
    outcome.certificates = 1;
    context().sample.Offer(call.response.certificate(), call.note.csr);
    context().sample.OfferChain(call.response.chain_der());
  } else {
    outcome.errors.push_back(ErrorKey(status));
  }
  issue_calls_.Return(call);
  Finish(std::move(outcome));
}

void MixedOperation::OnLookedUp(LookupCall& call) {
  CallOutcome outcome;
  outcome.intended_ns = call.note.intended_ns;
  outcome.answered = call.status.ok();
  if (!outcome.answered) {
    outcome.errors.push_back(ErrorKey(client::StatusFromGrpc(call.status)));
  } else if (call.response.certificate().serial_number() != call.request.serial_number()) {
    outcome.errors.push_back(ErrorKey(client::AnswerInvalid("another certificate")));
  }
  lookup_calls_.Return(call);
  Finish(std::move(outcome));
}

void MixedOperation::Cancel() {
  issue_calls_.ForEach([](IssueCall& call) { call.Cancel(); });
  lookup_calls_.ForEach([](LookupCall& call) { call.Cancel(); });
}

}  // namespace fleetca::loadgen
