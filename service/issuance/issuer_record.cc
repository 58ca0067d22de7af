// The step of the cycle that makes certificates durable: one write, and what became of each.
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "service/issuance/issuer.h"
#include "service/issuance/issuer_item.h"
#include "service/join/join_token.h"

namespace fleetca::service {
namespace {

// Whom the record names as the requester.
std::string RequesterOf(const Issuance& issuance, absl::string_view caller) {
  const std::string& token = issuance.caller.join_token_hash;
  return token.empty() ? std::string(caller) : absl::StrCat("join-token:", JoinTokenId(token));
}

}  // namespace

store::CertificateRecord Issuer::RecordOf(const Item& item, absl::Time now) {
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

void Issuer::Record(Items& items, absl::Time now) {
  std::vector<Item*> owners;
  std::vector<store::CertificateRecord> records;
  std::vector<store::JoinTokenUse> uses;
  std::vector<store::JwtUse> jwt_uses;
  owners.reserve(items.size());
  records.reserve(items.size());
  for (Item& item : items) {
    if (!item.alive()) {
      continue;
    }
    owners.push_back(&item);
    records.push_back(RecordOf(item, now));
    if (item.token.has_value()) {
      uses.push_back({item.token->token.hash, item.answer.serial_number});
    }
    if (const auto& jwt = item.issuance->caller.one_use_jwt; jwt.has_value()) {
      // The store rounds down; the JWT must not outlive the record of its use.
      jwt_uses.push_back({jwt->id_hash,
                          absl::FromUnixSeconds(absl::ToUnixSeconds(jwt->expires_at) + 1),
                          item.answer.serial_number});
    }
  }
  if (records.empty()) {
    return;
  }
  const absl::StatusOr<std::vector<store::WriteOutcome>> outcomes =
      store_.Write({.certificates = records, .token_uses = uses, .jwt_uses = jwt_uses});
  if (!outcomes.ok()) {
    // No certificate leaves that is not on stable storage: the signatures are forgotten.
    log::Error("The store refused a batch; no certificate of it leaves",
               {{"certificates", records.size()}, {"error", outcomes.status().message()}});
    for (Item* item : owners) {
      item->status = outcomes.status();
    }
    return;
  }
  for (size_t i = 0; i < owners.size(); ++i) {
    Settle(*owners[i], (*outcomes)[i], now);
  }
  stats_.batches.fetch_add(1, std::memory_order_relaxed);
  LogUsedTokens(items);
}

// Another server, or another batch, may have been first since the item was admitted: the store
// decides. Then this certificate's signature is forgotten.
void Issuer::Settle(Item& item, const store::WriteOutcome& outcome, absl::Time now) {
  switch (outcome.kind) {
    case store::WriteOutcome::Kind::kStored:
      item.token_uses = outcome.token_uses;
      if (item.budget.has_value()) {
        (*std::move(item.budget)).Spend();
      }
      return;
    case store::WriteOutcome::Kind::kReplayed:
      item.status = AnswerAgain(item, *outcome.earlier, now);
      return;
    case store::WriteOutcome::Kind::kSpent:
      item.status = TokenRefused();
      constexpr absl::string_view kWhy = "another certificate was issued by it at the same time";
      if (item.token.has_value()) {
        LogRefusedToken(item, kWhy, now);
      } else {
        LogRefusedJwt(item, kWhy, now);
      }
      return;
  }
}

void Issuer::LogUsedTokens(const Items& items) const {
  for (const Item& item : items) {
    if (item.alive() && item.token.has_value()) {
      const store::JoinToken& token = item.token->token;
      log::Info("A join token was used",
                {{"token", JoinTokenId(token.hash)},
                 {"identity", token.identity},
                 {"profile", token.profile},
                 {"serial", absl::BytesToHexString(item.answer.serial_number)},
                 {"uses_left", token.uses - item.token_uses}});
    }
  }
}

}  // namespace fleetca::service
