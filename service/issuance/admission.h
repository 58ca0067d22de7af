// The first step of the cycle: who asks, whether it is in time, and whether it was answered before.
#ifndef FLEETCA_SERVICE_ISSUANCE_ADMISSION_H_
#define FLEETCA_SERVICE_ISSUANCE_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/log_limiter.h"
#include "service/caller/caller.h"
#include "service/issuance/in_flight_requests.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/revocation_guard.h"
#include "store/store.h"

namespace fleetca::service {

// Nothing is used up here. An item that is admitted holds its request id, a use of its join token
// or its one-use JWT until Release: others that could only have what it holds wait until then. That
// saves signatures in vain, and promises nothing: the store decides when it writes. Thread-safe;
// the store outlives it.
class Admission {
 public:
  explicit Admission(store::Store& store) : store_(store) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // Fills in what the item says of who asks: `caller`, `profile`, `renewed`, `join_token`, the
  // request's key and digest. Then the item is alive; or it is done, with the answer that was given
  // before; or its status says why it is refused:
  //   CANCELLED kCancelled, DEADLINE_EXCEEDED kDeadlineExceeded: it comes too late
  //   UNAUTHENTICATED kCallerCertificateExpired
  //   the errors of RevocationGuard::CheckCaller
  //   UNAUTHENTICATED kCallerUnknown: its join token or JWT is of no use
  //   UNAUTHENTICATED kRenewalProofInvalid: its renewal proof was used, or came too late
  //   INVALID_ARGUMENT kRequestIdInvalid
  //   the errors of AdmitRenewal (renewal.h)
  //   the errors of AnswerAgain, and those of the store
  //
  // False when another batch holds the request id, the join token or the JWT: the item is to be
  // dropped, and its issuance will be among the waiters of that batch's Release. Appended to
  // `waiters` are the issuances that waited for what this item held and does not need any more.
  [[nodiscard]] bool Admit(IssuanceItem& item, RevocationGuard& revocations, absl::Time now,
                           std::vector<Issuance*>* waiters);

  // Gives up what the item holds, once it is recorded or refused, and appends to `waiters` the
  // issuances that waited for it.
  void Release(IssuanceItem& item, std::vector<Issuance*>* waiters);

  // Answers the item with the certificate that was issued for its request_id before. ALREADY_EXISTS
  // kRequestIdReused, FAILED_PRECONDITION kRequestIdExpired.
  static absl::Status AnswerAgain(IssuanceItem& item, const store::CertificateRecord& record,
                                  absl::Time now);

  // TokenRefused, for an item whose join token or JWT another certificate used up since the item
  // was admitted, and kRenewalProofInvalid for one whose renewal proof was; notes that in the log.
  absl::Status RefuseSpent(const IssuanceItem& item, absl::Time now);

  // TokenRefused, for an item that came with a join token; notes in the log why.
  absl::Status RefuseJoinToken(const IssuanceItem& item, absl::string_view why, absl::Time now);

  // Now and then, forgets the uses of JWTs that have expired. May wait for the store's disk.
  void DropOldJwtUses(absl::Time now);

 private:
  // False as Admit is. Leaves the item without a request key where there is no request_id, or
  // nothing to be issued by it.
  bool ClaimAll(IssuanceItem& item, std::vector<Issuance*>* waiters);
  bool Claim(IssuanceItem& item, const InFlightRequests::Key& key, std::vector<Issuance*>* waiters,
             size_t room = 1);
  // Both for a join token, which is looked up before it is claimed.
  bool AdmitJoinToken(IssuanceItem& item, const JoinTokenCaller& caller, absl::Time now,
                      std::vector<Issuance*>* waiters);
  absl::Status Redeem(IssuanceItem& item, absl::Time now);
  // An answer that was lost is given again: the item is done when its request was answered before.
  absl::Status Replay(IssuanceItem& item, absl::Time now) const;

  // admission_tokens.cc: what a join token and a one-use JWT are good for.
  absl::Status RedeemJoinToken(IssuanceItem& item, const JoinTokenCaller& caller, absl::Time now);
  absl::Status RedeemJwt(IssuanceItem& item, const OneUseJwt& jwt, absl::Time now);
  absl::Status RefuseJwt(const IssuanceItem& item, absl::string_view why, absl::Time now);

  store::Store& store_;
  InFlightRequests in_flight_;
  log::Limiter refused_tokens_limiter_{10};
  // Seconds since 1970.
  std::atomic<int64_t> next_drop_of_jwt_uses_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ADMISSION_H_
