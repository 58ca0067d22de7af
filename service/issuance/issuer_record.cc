// The step of the cycle that makes certificates durable: one write, and what became of each.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/sha256.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuer.h"
#include "service/issuance/renewal.h"
#include "service/join/join_token.h"

namespace fleetca::service {
namespace {

// Whom the record names as the requester.
std::string RequesterOf(const Issuance& issuance, absl::string_view caller) {
  const auto* by_token = std::get_if<JoinTokenCaller>(issuance.caller.get());
  return by_token == nullptr ? std::string(caller)
                             : absl::StrCat("join-token:", JoinTokenId(by_token->hash));
}

std::string Sha256Text(absl::string_view bytes) {
  const std::array<char, 32> digest = Sha256(bytes);
  return std::string(digest.data(), digest.size());
}

// Takes the certificate out of the item, for as long as it is being recorded.
store::CertificateRecord RecordOf(IssuanceItem& item, absl::string_view issuer, absl::Time now) {
  return {.serial = item.answer.serial_number,
          .certificate = std::move(item.answer.certificate),
          .identity = std::string(item.decision.identity()),
          .requester = RequesterOf(*item.issuance, item.caller),
          .profile = item.decision.profile->profile.name(),
          .request_key = item.request_key,
          .request_digest = item.request_digest,
          .issued_at = now,
          .not_before = item.spec.not_before,
          .not_after = item.spec.not_after,
          .lineage = item.renewed == nullptr ? std::string() : item.renewed->lineage,
          .generation = GenerationOf(item),
          .issuer = std::string(issuer),
          .crl_shard = item.crl_shard,
          .spki_sha256 = Sha256Text(item.csr.public_key.spki)};
}

// What a batch writes: its certificates, and what they use up.
struct Batch {
  std::vector<IssuanceItem*> owners;  // of the certificates, in order
  std::vector<store::CertificateRecord> certificates;
  std::vector<store::JoinTokenUse> token_uses;
  std::vector<store::JwtUse> jwt_uses;
  std::vector<store::LineageStep> lineage_steps;
};

// `issuer` is the key id of the issuing CA.
Batch MakeBatch(IssuanceItems& items, absl::string_view issuer, absl::Time now) {
  Batch batch;
  batch.owners.reserve(items.size());
  batch.certificates.reserve(items.size());
  for (IssuanceItem& item : items) {
    if (!item.alive()) {
      continue;
    }
    batch.owners.push_back(&item);
    batch.certificates.push_back(RecordOf(item, issuer, now));
    if (item.renewed != nullptr) {
      batch.lineage_steps.push_back(StepOf(item));
    }
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

void Issuer::Record(IssuanceItems& items, const RevocationGuard& revocations, absl::Time now) {
  Batch batch = MakeBatch(items, policies_->ca().key_id, now);
  if (batch.owners.empty()) {
    return;
  }
  const absl::StatusOr<store::CommitOutcomes> outcomes =
      store_.Write({.certificates = batch.certificates,
                    .token_uses = batch.token_uses,
                    .jwt_uses = batch.jwt_uses,
                    .lineage_steps = batch.lineage_steps});
  if (!outcomes.ok()) {
    // No certificate leaves that is not on stable storage: the signatures are forgotten.
    log::Error("The store refused a batch; no certificate of it leaves",
               {{"certificates", batch.owners.size()}, {"error", outcomes.status().message()}});
    for (IssuanceItem* item : batch.owners) {
      item->status = outcomes.status();
    }
    return;
  }
  const bool look_again = revocations.HasChanged();
  for (size_t i = 0; i < batch.owners.size(); ++i) {
    batch.owners[i]->answer.certificate = std::move(batch.certificates[i].certificate);
    Settle(*batch.owners[i], outcomes->certificates[i], now);
    if (look_again && outcomes->certificates[i].stored()) {
      LookAgain(*batch.owners[i], revocations, now);
    }
  }
  BlockStaleLineages(batch.owners, outcomes->certificates, now);
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
      item.status = lineage_guard_.RefuseStale({&item, outcome.lineage.get()}, now);
      return;
    case store::WriteOutcome::Kind::kBlocked:
      item.status = lineage_guard_.RefuseBlocked(*item.issuance->caller, now);
      return;
  }
}

void Issuer::LookAgain(IssuanceItem& item, const RevocationGuard& revocations, absl::Time now) {
  item.status = revocations.CheckAgain(item);
  if (item.status.ok()) {
    item.status = lineage_guard_.Check(*item.issuance->caller, now);
  }
}

// Before any of them is answered: what the caller is told holds after a crash.
void Issuer::BlockStaleLineages(absl::Span<IssuanceItem* const> owners,
                                absl::Span<const store::WriteOutcome> outcomes, absl::Time now) {
  std::vector<LineageGuard::Stale> stale;
  for (size_t i = 0; i < owners.size(); ++i) {
    if (outcomes[i].kind == store::WriteOutcome::Kind::kStale) {
      stale.push_back({owners[i], outcomes[i].lineage.get()});
    }
  }
  lineage_guard_.BlockAsProfilesSay(stale, now);
}

}  // namespace fleetca::service
