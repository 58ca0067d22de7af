// The step of the cycle that makes certificates durable: one write, and what became of each.
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"

namespace fleetca::service {
namespace {

// Whom the record names as the requester.
std::string RequesterOf(const Issuance& issuance, absl::string_view caller) {
  const auto* by_token = std::get_if<JoinTokenCaller>(issuance.caller.get());
  return by_token == nullptr ? std::string(caller)
                             : absl::StrCat("join-token:", JoinTokenId(by_token->hash));
}

store::CertificateRecord RecordOf(const IssuanceItem& item, absl::Time now) {
  return {.serial = item.answer.serial_number,
          .certificate = item.answer.certificate,
          .identity = std::string(item.decision.identity()),
          .requester = RequesterOf(*item.issuance, item.caller),
          .profile = item.decision.profile->profile.name(),
          .request_key = item.request_key,
          .request_digest = item.request_digest,
          .issued_at = now,
          .not_before = item.spec.not_before,
          .not_after = item.spec.not_after};
}

// What a batch writes: its certificates, and what they use up.
struct Batch {
  std::vector<IssuanceItem*> owners;  // of the certificates, in order
  std::vector<store::CertificateRecord> certificates;
  std::vector<store::JoinTokenUse> token_uses;
  std::vector<store::JwtUse> jwt_uses;
};

Batch MakeBatch(IssuanceItems& items, absl::Time now) {
  Batch batch;
  batch.owners.reserve(items.size());
  batch.certificates.reserve(items.size());
  for (IssuanceItem& item : items) {
    if (!item.alive()) {
      continue;
    }
    batch.owners.push_back(&item);
    batch.certificates.push_back(RecordOf(item, now));
    if (item.join_token.has_value()) {
      batch.token_uses.push_back({item.join_token->token.hash, item.answer.serial_number});
    }
    if (const OneUseJwt* jwt = OneUseJwtOf(*item.issuance->caller)) {
      // The store rounds down; the JWT must not outlive the record of its use.
      batch.jwt_uses.push_back({jwt->id_hash,
                                absl::FromUnixSeconds(absl::ToUnixSeconds(jwt->expires_at) + 1),
                                item.answer.serial_number});
    }
  }
  return batch;
}

void LogUsedTokens(const IssuanceItems& items) {
  for (const IssuanceItem& item : items) {
    if (item.alive() && item.join_token.has_value()) {
      const store::JoinToken& token = item.join_token->token;
      log::Info("A join token was used",
                {{"token", JoinTokenId(token.hash)},
                 {"identity", token.identity},
                 {"profile", token.profile},
                 {"serial", absl::BytesToHexString(item.answer.serial_number)},
                 {"uses_left", token.uses - item.token_uses}});
    }
  }
}

}  // namespace

void Issuer::Record(IssuanceItems& items, absl::Time now) {
  const Batch batch = MakeBatch(items, now);
  if (batch.owners.empty()) {
    return;
  }
  const absl::StatusOr<store::CommitOutcomes> outcomes =
      store_.Write({.certificates = batch.certificates,
                    .token_uses = batch.token_uses,
                    .jwt_uses = batch.jwt_uses});
  if (!outcomes.ok()) {
    // No certificate leaves that is not on stable storage: the signatures are forgotten.
    log::Error("The store refused a batch; no certificate of it leaves",
               {{"certificates", batch.owners.size()}, {"error", outcomes.status().message()}});
    for (IssuanceItem* item : batch.owners) {
      item->status = outcomes.status();
    }
    return;
  }
  for (size_t i = 0; i < batch.owners.size(); ++i) {
    Settle(*batch.owners[i], outcomes->certificates[i], now);
  }
  stats_.batches.fetch_add(1, std::memory_order_relaxed);
  LogUsedTokens(items);
}

void Issuer::Settle(IssuanceItem& item, const store::WriteOutcome& outcome, absl::Time now) {
  switch (outcome.kind) {
    case store::WriteOutcome::Kind::kStored:
      item.token_uses = outcome.token_uses;
      if (item.budget.has_value()) {
        (*std::move(item.budget)).Spend();
      }
      return;
    case store::WriteOutcome::Kind::kReplayed:
      item.status = admission_.AnswerAgain(item, *outcome.earlier, now);
      return;
    case store::WriteOutcome::Kind::kSpent:
      item.status = admission_.RefuseSpent(item, now);
      return;
    case store::WriteOutcome::Kind::kStale:
    case store::WriteOutcome::Kind::kBlocked:
      // Of a step of a lineage, which no request asks for yet.
      item.status = Internal(Reason::kInternal, "the store refused a step that nobody asked for");
      return;
  }
}

}  // namespace fleetca::service
