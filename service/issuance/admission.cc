#include "service/issuance/admission.h"

#include <atomic>
#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "service/issuance/issued_certificate.h"
#include "service/issuance/renewal.h"
#include "service/issuance/request_key.h"

namespace fleetca::service {
namespace {

absl::Status CheckInTime(const Issuance& issuance, absl::Time now) {
  if (issuance.cancelled.load(std::memory_order_relaxed)) {
    return Cancelled(Reason::kCancelled, "The caller gave up before the certificate was signed");
  }
  if (now >= issuance.deadline) {
    return DeadlineExceeded(Reason::kDeadlineExceeded,
                            "The deadline passed while the request waited; nothing was issued. "
                            "Retry with the same request_id and a later deadline");
  }
  if (now >= EndOf(*issuance.caller)) {
    return Unauthenticated(Reason::kCallerCertificateExpired,
                           "The caller's certificate has expired; renew it and reconnect");
  }
  return absl::OkStatus();
}

}  // namespace

bool Admission::Admit(IssuanceItem& item, RevocationGuard& revocations, absl::Time now,
                      std::vector<Issuance*>* waiters) {
  item.status = CheckInTime(*item.issuance, now);
  if (item.status.ok()) {
    // On a connection that was open before, and for a request that has waited.
    item.status = revocations.CheckCaller(item.issuance->caller);
  }
  if (item.status.ok()) {
    item.status = AdmitRenewal(item);
  }
  if (!item.status.ok()) {
    return true;
  }
  if (const auto* by_token = std::get_if<JoinTokenCaller>(item.issuance->caller.get())) {
    return AdmitJoinToken(item, *by_token, now, waiters);
  }
  if (!ClaimAll(item, waiters)) {
    return false;
  }
  if (item.status.ok()) {
    item.status = Redeem(item, now);
  }
  if (!item.alive()) {
    // At once: a thousand requests that show a used join token are refused in one go.
    Release(item, waiters);
  }
  return true;
}

bool Admission::ClaimAll(IssuanceItem& item, std::vector<Issuance*>* waiters) {
  using Kind = InFlightRequests::Kind;
  const Caller& caller = *item.issuance->caller;
  item.caller = IdentityOf(caller);
  item.profile = item.issuance->request.profile;
  if (item.renewed != nullptr && item.profile.empty()) {
    item.profile = item.renewed->profile;
  }
  if (const OneUseJwt* jwt = OneUseJwtOf(caller);
      jwt != nullptr && !Claim(item, {Kind::kOneUseJwt, jwt->id_hash}, waiters)) {
    return false;
  }
  // Beside the JWT: another JWT of the same identity may come with the same request_id.
  item.status = ReadRequestId(item.issuance->request, item.caller, item.profile, item.renewed,
                              &item.request_key, &item.request_digest);
  return item.request_key.empty() || Claim(item, {Kind::kRequestKey, item.request_key}, waiters);
}

// As many requests at a time claim a join token as it has uses left: others would be signed in
// vain, and wait for what becomes of these. So many hosts by one join token are one batch, and one
// write.
bool Admission::AdmitJoinToken(IssuanceItem& item, const JoinTokenCaller& caller, absl::Time now,
                               std::vector<Issuance*>* waiters) {
  using Kind = InFlightRequests::Kind;
  item.status = RedeemJoinToken(item, caller, now);
  if (!item.alive()) {
    return true;
  }
  const size_t left = item.join_token->token.uses - item.join_token->uses;
  return Claim(item, {Kind::kJoinToken, caller.hash}, waiters, left) &&
         (item.request_key.empty() || Claim(item, {Kind::kRequestKey, item.request_key}, waiters));
}

bool Admission::Claim(IssuanceItem& item, const InFlightRequests::Key& key,
                      std::vector<Issuance*>* waiters, size_t room) {
  if (!in_flight_.Claim(key, item.issuance, room)) {
    Release(item, waiters);
    return false;
  }
  item.claims.push_back(key);
  return true;
}

void Admission::Release(IssuanceItem& item, std::vector<Issuance*>* waiters) {
  for (const InFlightRequests::Key& key : item.claims) {
    in_flight_.Release(key, waiters);
  }
  item.claims.clear();
}

absl::Status Admission::Redeem(IssuanceItem& item, absl::Time now) {
  if (const OneUseJwt* jwt = OneUseJwtOf(*item.issuance->caller)) {
    return RedeemJwt(item, *jwt, now);
  }
  return Replay(item, now);
}

absl::Status Admission::Replay(IssuanceItem& item, absl::Time now) const {
  if (item.request_key.empty()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<store::CertificateRecord> record = store_.GetByRequestKey(item.request_key);
  if (absl::IsNotFound(record.status())) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(record.status());
  return AnswerAgain(item, *record, now);
}

absl::Status Admission::AnswerAgain(IssuanceItem& item, const store::CertificateRecord& record,
                                    absl::Time now) {
  FLEETCA_RETURN_IF_ERROR(CheckMayReplay(record, item.request_digest, now));
  item.answer = AnswerFromRecord(record);
  item.answer.replayed = true;
  item.done = true;
  return absl::OkStatus();
}

}  // namespace fleetca::service
