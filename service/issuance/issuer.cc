#include "service/issuance/issuer.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issuance/issued_certificate.h"
#include "service/issuance/issuer_item.h"
#include "service/join/join_token.h"
#include "service/policy/decision_summary.h"
#include "x509/certificate.h"
#include "x509/der/der.h"

namespace fleetca::service {
namespace {

absl::Status AddCaKeys(absl::Span<const std::string> certificates_der, ForbiddenKeys& keys) {
  for (const std::string& der : certificates_der) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
    keys.AddCaKey(certificate.public_key);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Issuer::NeverCertify(absl::Span<const std::string> ca_certificates) {
  return AddCaKeys(ca_certificates, *forbidden_keys_);
}

absl::StatusOr<std::unique_ptr<Issuer>> Issuer::Create(IssuerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate issuer,
                           x509::ParseCertificate(options.issuer_certificate));
  if (!issuer.is_ca || issuer.subject_key_id.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The issuing certificate is no CA certificate with a subject key "
                              "identifier; make one with `fleetca ca init`");
  }
  if (issuer.public_key.spki != options.signer->public_key()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        "The issuing certificate is not the private key's; give the two files "
        "that were made together");
  }
  if (options.clock->Now() >= issuer.not_after) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing certificate expired at ",
                     absl::FormatTime(issuer.not_after, absl::UTCTimeZone()), "; renew it"));
  }
  auto forbidden_keys = std::make_unique<ForbiddenKeys>();
  forbidden_keys->AddCaKey(issuer.public_key);
  FLEETCA_RETURN_IF_ERROR(AddCaKeys(options.ca_certificates, *forbidden_keys));
  for (const std::string& spki_sha256 : options.blocked_keys) {
    forbidden_keys->Block(spki_sha256);
  }
  FLEETCA_ASSIGN_OR_RETURN(
      std::unique_ptr<IssuingPolicies> policies,
      IssuingPolicies::Create(*options.policies, {.subject = std::string(issuer.subject),
                                                  .key_id = std::string(issuer.subject_key_id),
                                                  .scheme = options.signer->scheme(),
                                                  .not_before = issuer.not_before,
                                                  .not_after = issuer.not_after,
                                                  .path_length = issuer.path_length,
                                                  .oids = options.oids}));
  return absl::WrapUnique(
      new Issuer(std::move(options), std::move(forbidden_keys), std::move(policies)));
}

namespace {

// A CSR that asks for what only this CA writes is refused; `oids` lives as long as the limits.
x509::CsrLimits LimitsFor(x509::CsrLimits limits, const x509::AuthzOids& oids) {
  limits.fleet_arc = oids.arc;
  return limits;
}

}  // namespace

Issuer::Issuer(IssuerOptions options, std::unique_ptr<ForbiddenKeys> forbidden_keys,
               std::unique_ptr<IssuingPolicies> policies)
    : forbidden_keys_(std::move(forbidden_keys)),
      policies_(std::move(policies)),
      provenance_(options.provenance),
      csr_limits_(LimitsFor(options.csr_limits, policies_->ca().oids)),
      signer_(*options.signer),
      store_(*options.store),
      possession_(*options.possession),
      clock_(*options.clock),
      clock_rule_(options.clock_rule),
      budgets_(options.clock, BudgetsOptions()) {}

void Issuer::IssueBatch(absl::Span<Issuance* const> batch) {
  std::vector<Issuance*> waiters;
  IssueBatch(batch, &waiters);
  // Those that waited for one of our request ids find the answer in the store now, or, where ours
  // failed, are tried for themselves.
  while (!waiters.empty()) {
    const std::vector<Issuance*> again = std::exchange(waiters, {});
    IssueOnce(again, &waiters);
  }
}

void Issuer::IssueBatch(absl::Span<Issuance* const> batch, std::vector<Issuance*>* again) {
  stats_.batch_size.Record(batch.size());
  IssueOnce(batch, again);
  if (const absl::StatusOr<absl::Time> now = Now(); now.ok()) {
    DropOldJwtUses(*now);
  }
}

void Issuer::IssueOnce(absl::Span<Issuance* const> batch, std::vector<Issuance*>* waiters) {
  const absl::StatusOr<absl::Time> believed = Now();
  if (!believed.ok()) {
    return Refuse(batch, believed.status());
  }
  const absl::Time now = *believed;
  const std::shared_ptr<const IssuingPolicy> policy = policies_->Current();
  Items items;
  items.reserve(batch.size());  // items have addresses that others alias
  for (Issuance* issuance : batch) {
    Item& item = items.emplace_back();
    item.issuance = issuance;
    if (!Admit(item, now, waiters)) {
      items.pop_back();  // whoever holds the id or the token finishes this one too
      continue;
    }
    if (item.alive()) {
      Judge(item, *policy, now);
    }
  }
  VerifyPossession(items);
  for (Item& item : items) {
    if (item.alive()) {
      Prepare(item, *policy, now);
    }
  }
  Sign(items);
  Record(items, now);
  Finish(items, waiters);
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

void Issuer::Judge(Item& item, const IssuingPolicy& policy, absl::Time now) {
  const IssueRequest& request = item.issuance->request;
  item.status = [&]() -> absl::Status {
    if (request.csr_der.empty()) {
      return InvalidArgument(Reason::kCsrMissing, "csr",
                             "The request has no CSR; set csr_der or csr_pem");
    }
    FLEETCA_ASSIGN_OR_RETURN(item.csr, x509::ParseCsr(request.csr_der, csr_limits_));
    FLEETCA_RETURN_IF_ERROR(forbidden_keys_->Check(item.csr.public_key));
    FLEETCA_RETURN_IF_ERROR(Decide(item, policy, now));
    return DecideValidity(item, now);
  }();
  if (!item.csr.ignored_extensions.empty()) {
    LogIgnoredExtensions(item, now);
  }
}

absl::Status Issuer::Decide(Item& item, const IssuingPolicy& policy, absl::Time now) {
  const IssueRequest& request = item.issuance->request;
  absl::StatusOr<Decision> decision =
      policy.policy()->Authorize({.caller = item.caller,
                                  .subject = request.identity,
                                  .profile = item.profile,
                                  .names = item.csr.names,
                                  .key_algorithm = item.csr.public_key.algorithm,
                                  .lifetime = request.lifetime});
  // Whoever has a certificate may be trusted to ask for others. A token speaks for its own identity
  // alone, whatever that identity may do.
  const bool own = !decision.ok() || decision->identity() == item.caller;
  if (item.token.has_value() && (!own || absl::IsPermissionDenied(decision.status()))) {
    LogRefusedToken(item, own ? decision.status().message() : "for another identity", now);
    return TokenRefused();
  }
  if (!decision.ok()) {
    LogDenied(item, decision.status(), now);
    return decision.status();
  }
  if (!own && item.issuance->caller.attestation != x509::Attestation::kMtls) {
    const absl::Status denied =
        PermissionDenied(Reason::kCallerNotAllowed,
                         absl::StrCat("A token speaks for its own identity alone, which is ",
                                      item.caller, "; ask for a certificate of that one"));
    LogDenied(item, denied, now);
    return denied;
  }
  item.decision = *std::move(decision);
  return absl::OkStatus();
}

// Whoever asks what would be granted has asked for nothing.
void Issuer::LogDenied(const Item& item, const absl::Status& why, absl::Time now) {
  uint64_t suppressed = 0;
  if (item.issuance->request.validate_only || !denied_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Warning("The policy refused a certificate", {{"caller", item.caller},
                                                    {"identity", item.issuance->request.identity},
                                                    {"profile", item.profile},
                                                    {"reason", why.message()},
                                                    {"lines_suppressed", suppressed}});
}

void Issuer::LogIgnoredExtensions(const Item& item, absl::Time now) {
  uint64_t suppressed = 0;
  if (!ignored_extensions_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Info("A CSR asks for extensions that are not copied",
            {{"extensions", absl::StrJoin(item.csr.ignored_extensions, " ",
                                          [](std::string* out, absl::string_view oid) {
                                            out->append(x509::der::OidToString(oid));
                                          })},
             {"profile", item.profile},
             {"caller", item.caller},
             {"lines_suppressed", suppressed}});
}

void Issuer::VerifyPossession(Items& items) const {
  std::vector<const x509::Csr*> csrs(items.size(), nullptr);
  std::vector<absl::Status> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].alive()) {
      csrs[i] = &items[i].csr;
    }
  }
  possession_.VerifyBatch(csrs, absl::MakeSpan(results));
  for (size_t i = 0; i < items.size(); ++i) {
    if (csrs[i] != nullptr) {
      items[i].status = std::move(results[i]);
    }
  }
}

void Issuer::Prepare(Item& item, const IssuingPolicy& policy, absl::Time now) {
  item.answer.not_before = item.spec.not_before;
  item.answer.not_after = item.spec.not_after;
  if (item.issuance->request.validate_only) {
    item.answer.renew_after = RenewAfter("", item.spec.not_before, item.spec.not_after);
    item.answer.decision = std::make_shared<const DecisionSummary>(Summarize(item.decision));
    item.done = true;
    return;
  }
  // Only now: who cannot prove possession must not hold a part of another's bucket.
  item.status = TakeFromBudget(item, *policy.policy());
  if (item.status.ok()) {
    item.status = BuildAndLint(item, policy.Find(*item.decision.profile), now);
  }
}

// A certificate by a join token counts for who made the token, or a budget would bound nobody who
// may make tokens. Where that one has no budget, it counts for the token's identity.
absl::Status Issuer::TakeFromBudget(Item& item, const Policy& policy) {
  absl::string_view requester = item.caller;
  absl::string_view shown = item.caller;
  const Budget* budget = item.decision.budget;
  if (item.token.has_value()) {
    const std::string& maker = item.token->token.creator;
    if (const Budget* of_maker = policy.FindBudget(maker); of_maker != nullptr) {
      requester = maker;
      shown = "Who made this join token";
      budget = of_maker;
    }
  }
  if (budget != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(Budgets::Claim claim, budgets_.Take(requester, *budget, shown));
    item.budget.emplace(std::move(claim));
  }
  return absl::OkStatus();
}

void Issuer::Sign(Items& items) const {
  std::vector<Prepared> messages;
  std::vector<Item*> owners;
  messages.reserve(items.size());
  owners.reserve(items.size());
  for (Item& item : items) {
    if (item.alive()) {
      messages.push_back(*std::move(item.prepared));
      owners.push_back(&item);
    }
  }
  std::vector<absl::StatusOr<signer::SignedMessage>> results(messages.size());
  signer_.SignBatch(absl::MakeSpan(messages), absl::MakeSpan(results));
  for (size_t i = 0; i < owners.size(); ++i) {
    Item& item = *owners[i];
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

void Issuer::Finish(Items& items, std::vector<Issuance*>* waiters) {
  for (Item& item : items) {
    // First what it held is free, then it is answered: who asks again at once finds it so.
    item.budget.reset();
    for (const std::string& claim : item.claims) {
      in_flight_.Release(claim, waiters);
    }
    if (!item.status.ok()) {
      stats_.refused.fetch_add(1, std::memory_order_relaxed);
      item.issuance->Answer(std::move(item.status));
      continue;
    }
    std::atomic<uint64_t>& count = !item.done             ? stats_.issued
                                   : item.answer.replayed ? stats_.replayed
                                                          : stats_.validated;
    count.fetch_add(1, std::memory_order_relaxed);
    item.issuance->Answer(std::move(item.answer));
  }
}

}  // namespace fleetca::service
