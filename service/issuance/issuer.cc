#include "service/issuance/issuer.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issued_certificate.h"
#include "service/policy/decision_summary.h"
#include "x509/certificate.h"

namespace fleetca::service {
namespace {

// A certificate by a join token counts for the identity that made the join token, or a budget would
// bound nobody who may make join tokens. Where that identity has no budget, the certificate counts
// for the identity that the join token is for.
absl::Status TakeFromBudget(IssuanceItem& item, const Policy& policy, Budgets& budgets) {
  absl::string_view requester = item.caller;
  absl::string_view shown = item.caller;
  const Budget* budget = item.decision.budget;
  if (item.join_token.has_value()) {
    const std::string& maker = item.join_token->token.creator;
    if (const Budget* of_maker = policy.FindBudget(maker); of_maker != nullptr) {
      requester = maker;
      shown = "The maker of this join token";
      budget = of_maker;
    }
  }
  if (budget != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(Budgets::Claim claim, budgets.Take(requester, *budget, shown));
    item.budget.emplace(std::move(claim));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Issuer::NeverCertify(absl::Span<const std::string> ca_certificates) {
  return judge_.NeverCertify(ca_certificates);
}

absl::StatusOr<std::unique_ptr<Issuer>> Issuer::Create(IssuerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(
      IssuingCa ca, IssuingCa::Create(options.issuer_certificate, *options.signer, options.oids,
                                      options.clock->Now()));
  ca.pointers = options.pointers;
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<IssuingPolicies> policies,
                           IssuingPolicies::Create(*options.policies, std::move(ca)));
  auto created = absl::WrapUnique(new Issuer(options, std::move(policies)));
  FLEETCA_RETURN_IF_ERROR(created->NeverCertify({options.issuer_certificate}));
  FLEETCA_RETURN_IF_ERROR(created->NeverCertify(options.ca_certificates));
  for (const std::string& spki_sha256 : options.blocked_keys) {
    created->judge_.Block(spki_sha256);
  }
  return created;
}

Issuer::Issuer(const IssuerOptions& options, std::unique_ptr<IssuingPolicies> policies)
    : policies_(std::move(policies)),
      signer_(*options.signer),
      store_(*options.store),
      possession_(*options.possession),
      clock_(*options.clock),
      clock_rule_(options.clock_rule),
      contents_{.instance_id = store_.instance_id(), .provenance = options.provenance},
      revocations_(options.revocations),
      admission_(store_),
      judge_(policies_->ca(), options.csr_limits, admission_),
      budgets_(options.clock, BudgetsOptions()),
      lineage_guard_(store_, revocations_, options.learn_revocations, stats_) {}

void Issuer::IssueBatch(absl::Span<Issuance* const> batch) {
  BatchRest rest;
  IssueBatch(batch, &rest);
  // Those that waited for one of our request ids find the answer in the store now, or, where ours
  // failed, are tried for themselves.
  while (!rest.again.empty()) {
    const std::vector<Issuance*> again = std::exchange(rest.again, {});
    IssueOnce(again, &rest);
  }
}

void Issuer::IssueBatch(absl::Span<Issuance* const> batch, BatchRest* rest) {
  stats_.batch_size.Record(batch.size());
  IssueOnce(batch, rest);
  if (const absl::StatusOr<absl::Time> now = Now(); now.ok()) {
    admission_.DropOldJwtUses(*now);
  }
}

void Issuer::IssueOnce(absl::Span<Issuance* const> batch, BatchRest* rest) {
  const absl::StatusOr<absl::Time> believed = Now();
  if (!believed.ok()) {
    return Refuse(batch, believed.status());
  }
  const absl::Time now = *believed;
  const std::shared_ptr<const IssuingPolicy> policy = policies_->Current();
  RevocationGuard revocations(revocations_);
  IssuanceItems items;
  items.reserve(batch.size());  // items have addresses that others alias
  for (Issuance* issuance : batch) {
    IssuanceItem& item = items.emplace_back(issuance);
    if (!admission_.Admit(item, revocations, now, &rest->again)) {
      items.pop_back();  // the batch that holds its request id or token finishes it
      continue;
    }
    if (item.alive()) {
      item.status = lineage_guard_.Check(*issuance->caller, now);
    }
    if (item.alive()) {
      judge_.Judge(item, *policy, revocations, now);
    }
  }
  VerifyPossession(items, rest);
  for (IssuanceItem& item : items) {
    if (item.alive()) {
      Prepare(item, *policy, now);
    }
  }
  Sign(items);
  Record(items, revocations, now);
  Finish(items, &rest->again);
}

absl::StatusOr<absl::Time> Issuer::Now() const {
  return clock_rule_ == nullptr ? clock_.Now() : clock_rule_->Now();
}

void Issuer::Refuse(absl::Span<Issuance* const> batch, const absl::Status& status) {
  for (Issuance* issuance : batch) {
    stats_.refused.fetch_add(1, std::memory_order_relaxed);
    issuance->Answer(status);
  }
}

void Issuer::VerifyPossession(IssuanceItems& items, BatchRest* rest) const {
  std::vector<const x509::Csr*> csrs(items.size(), nullptr);
  std::vector<absl::Status> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    // Where there is no CSR, TLS or a renewal proof has verified it.
    if (items[i].alive() && !items[i].csr.der.empty()) {
      csrs[i] = &items[i].csr;
    }
  }
  possession_.VerifyBatch(csrs, absl::MakeSpan(results));
  for (size_t i = 0; i < items.size(); ++i) {
    if (csrs[i] != nullptr) {
      items[i].status = std::move(results[i]);
      if (GetReason(items[i].status) == Reason::kSignatureInvalid) {
        rest->unproven.push_back(items[i].issuance->caller);
      }
    }
  }
}

void Issuer::Prepare(IssuanceItem& item, const IssuingPolicy& policy, absl::Time now) {
  item.answer.not_before = item.spec.not_before;
  item.answer.not_after = item.spec.not_after;
  if (item.issuance->request.validate_only) {
    item.answer.renew_after = RenewAfter("", item.spec.not_before, item.spec.not_after);
    DecisionSummary decision = Summarize(item.decision);
    if (const RevocationSource said = policy.Find(*item.decision.profile).revocation;
        said != RevocationSource::kDefault) {
      decision.revocation = std::string(RevocationSourceName(said));
    }
    item.answer.decision = std::make_shared<const DecisionSummary>(std::move(decision));
    item.done = true;
    return;
  }
  // Only now: who cannot prove possession must not hold a part of another's bucket.
  item.status = TakeFromBudget(item, *policy.policy(), budgets_);
  if (item.status.ok()) {
    item.status = BuildAndLint(item, policy.Find(*item.decision.profile), contents_, now);
  }
}

void Issuer::Sign(IssuanceItems& items) const {
  std::vector<Prepared> messages;
  std::vector<IssuanceItem*> owners;
  messages.reserve(items.size());
  owners.reserve(items.size());
  for (IssuanceItem& item : items) {
    if (item.alive()) {
      messages.push_back(*std::move(item.prepared));
      owners.push_back(&item);
    }
  }
  std::vector<absl::StatusOr<signer::SignedMessage>> results(messages.size());
  signer_.SignBatch(absl::MakeSpan(messages), absl::MakeSpan(results));
  for (size_t i = 0; i < owners.size(); ++i) {
    IssuanceItem& item = *owners[i];
    if (!results[i].ok()) {
      item.status = std::move(results[i]).status();
      continue;
    }
    item.answer.certificate =
        x509::AssembleCertificate(results[i]->message, signer_.scheme(), results[i]->signature);
    item.answer.serial_number = std::string(item.spec.serial.bytes());
    item.answer.renew_after =
        RenewAfter(item.answer.serial_number, item.spec.not_before, item.spec.not_after);
  }
}

void Issuer::Finish(IssuanceItems& items, std::vector<Issuance*>* waiters) {
  for (IssuanceItem& item : items) {
    // First what it held is free, then it is answered: who asks again at once finds it so.
    item.budget.reset();
    admission_.Release(item, waiters);
    if (!item.status.ok()) {
      stats_.refused.fetch_add(1, std::memory_order_relaxed);
      if (GetReason(item.status) == Reason::kRenewalProofInvalid) {
        stats_.refused_proofs.fetch_add(1, std::memory_order_relaxed);
      }
      item.issuance->Answer(std::move(item.status));
      continue;
    }
    std::atomic<uint64_t>& count = !item.done             ? stats_.issued
                                   : item.answer.replayed ? stats_.replayed
                                                          : stats_.validated;
    count.fetch_add(1, std::memory_order_relaxed);
    if (!item.done && item.renewed != nullptr) {
      stats_.renewed.fetch_add(1, std::memory_order_relaxed);
      if (ShowsProof(*item.issuance->caller)) {
        stats_.renewed_by_proof.fetch_add(1, std::memory_order_relaxed);
      }
    }
    item.issuance->Answer(std::move(item.answer));
  }
}

}  // namespace fleetca::service
