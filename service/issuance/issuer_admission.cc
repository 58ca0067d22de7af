// The first step of the cycle: who asks, whether it may still be answered, and whether it was.
#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issuance/issued_certificate.h"
#include "service/issuance/issuer.h"
#include "service/issuance/issuer_item.h"
#include "service/issuance/request_key.h"
#include "service/join/join_token.h"

namespace fleetca::service {

bool Issuer::Admit(Item& item, absl::Time now, std::vector<Issuance*>* waiters) {
  const Issuance& issuance = *item.issuance;
  item.status = CheckInTime(issuance, now);
  if (!item.status.ok()) {
    return true;
  }
  if (!issuance.caller.join_token_hash.empty()) {
    return AdmitToken(item, now, waiters);
  }
  item.caller = issuance.caller.spiffe_id;
  item.profile = issuance.request.profile;
  if (issuance.caller.one_use_jwt.has_value()) {
    return AdmitOneUseJwt(item, now, waiters);
  }
  return AdmitRequestId(item, waiters);
}

absl::Status Issuer::CheckInTime(const Issuance& issuance, absl::Time now) const {
  if (issuance.cancelled.load(std::memory_order_relaxed)) {
    return Cancelled(Reason::kCancelled, "The caller gave up before the certificate was signed");
  }
  if (now >= issuance.deadline) {
    return DeadlineExceeded(Reason::kDeadlineExceeded,
                            "The deadline passed while the request waited; nothing was issued. "
                            "Retry with the same request_id and a later deadline");
  }
  if (now >= issuance.caller.not_after) {
    return Unauthenticated(Reason::kCallerCertificateExpired,
                           "The caller's certificate has expired; renew it and reconnect");
  }
  return absl::OkStatus();
}

// A token is claimed before it is looked up and until its use is recorded, so its uses are counted
// one after the other, whichever workers they come to.
bool Issuer::AdmitToken(Item& item, absl::Time now, std::vector<Issuance*>* waiters) {
  std::string claim = absl::StrCat("join token ", item.issuance->caller.join_token_hash);
  if (!in_flight_.Claim(claim, item.issuance)) {
    return false;
  }
  std::string why;
  item.status = RedeemToken(item, now, &why);
  if (item.alive()) {
    item.claims.push_back(std::move(claim));
    return true;
  }
  // Let go at once: a thousand that try a used token are refused in one go.
  in_flight_.Release(claim, waiters);
  if (!why.empty()) {
    LogRefusedToken(item, why, now);
  }
  return true;
}

absl::Status Issuer::RedeemToken(Item& item, absl::Time now, std::string* log_detail) const {
  const std::string& hash = item.issuance->caller.join_token_hash;
  const IssueRequest& request = item.issuance->request;
  absl::StatusOr<store::JoinTokenState> state = store_.GetJoinToken(hash);
  if (absl::IsNotFound(state.status())) {
    *log_detail = "unknown";
    return TokenRefused();
  }
  FLEETCA_RETURN_IF_ERROR(state.status());
  item.token = *std::move(state);
  const store::JoinToken& token = item.token->token;
  if (!request.profile.empty() && request.profile != token.profile) {
    *log_detail = "for another profile";
    return TokenRefused();
  }
  item.caller = token.identity;
  item.profile = token.profile;
  // A clock that was set back brings no token back.
  const absl::string_view unusable = WhyUnusable(*item.token, std::max(now, store_.latest_time()));
  FLEETCA_RETURN_IF_ERROR(ReadRequestId(item, absl::StrCat("join token ", hash)));
  if (!item.request_key.empty()) {
    // An answer that was lost is given again, whatever became of the token since. Another request
    // with that id is no reason to say more about a token than to others.
    const absl::Status replayed = Replay(item);
    if (item.done || (!replayed.ok() && unusable.empty())) {
      return replayed;
    }
  }
  if (!unusable.empty()) {
    *log_detail = std::string(unusable);
    return TokenRefused();
  }
  return absl::OkStatus();
}

void Issuer::LogRefusedToken(const Item& item, absl::string_view why, absl::Time now) {
  uint64_t suppressed = 0;
  if (refused_tokens_limiter_.Allow(now, &suppressed)) {
    log::Warning("A join token was refused",
                 {{"token", JoinTokenId(item.issuance->caller.join_token_hash)},
                  {"why", why},
                  {"identity", item.token.has_value() ? item.token->token.identity : ""},
                  {"lines_suppressed", suppressed}});
  }
}

bool Issuer::AdmitRequestId(Item& item, std::vector<Issuance*>* waiters) {
  item.status = ReadRequestId(item, item.caller);
  if (!item.status.ok() || item.request_key.empty()) {
    return true;
  }
  if (!in_flight_.Claim(item.request_key, item.issuance)) {
    return false;
  }
  item.status = Replay(item);
  if (item.alive()) {
    item.claims.push_back(item.request_key);
  } else {
    in_flight_.Release(item.request_key, waiters);
  }
  return true;
}

// Leaves the item without a key where there is no id, or nothing to be issued by it.
absl::Status Issuer::ReadRequestId(Item& item, absl::string_view owner) {
  const IssueRequest& request = item.issuance->request;
  if (request.request_id.empty() || request.validate_only) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(CheckRequestId(request.request_id));
  item.request_key = RequestKey(owner, request.request_id);
  item.request_digest = RequestDigest(request, item.profile);
  return absl::OkStatus();
}

absl::Status Issuer::Replay(Item& item) const {
  absl::StatusOr<store::CertificateRecord> record = store_.GetByRequestKey(item.request_key);
  if (absl::IsNotFound(record.status())) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(record.status());
  if (record->request_digest != item.request_digest) {
    return AlreadyExists(Reason::kRequestIdReused, "request_id",
                         "This request_id was used before with another CSR, profile, lifetime or "
                         "identity; take a new one for a new request");
  }
  item.answer = AnswerFromRecord(*std::move(record));
  item.answer.replayed = true;
  item.done = true;
  return absl::OkStatus();
}

}  // namespace fleetca::service
