// The issuing cycle: a batch of requests in, durable certificates out.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUER_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "service/issuance/in_flight_requests.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issuer_stats.h"
#include "service/issuance/issuing_policy.h"
#include "service/policy/budgets.h"
#include "service/policy/current_policy.h"
#include "service/policy/forbidden_keys.h"
#include "service/time/clock_rule.h"
#include "signer/signer.h"
#include "store/store.h"
#include "x509/authz/authz_oids.h"
#include "x509/csr.h"
#include "x509/possession.h"

namespace fleetca::service {

// What an issuer is made of. The pointers are not owned and outlive it.
struct IssuerOptions {
  // The issuing certificate, DER; its key is the signer's.
  std::string issuer_certificate;
  // Certificates, DER, whose keys are never certified: the chain and the roots.
  std::vector<std::string> ca_certificates;
  // SHA-256 of SubjectPublicKeyInfo, 32 octets each: keys that are never certified either.
  std::vector<std::string> blocked_keys;
  const CurrentPolicy* policies = nullptr;
  // Under which OIDs authorization and provenance are written, and whether provenance is.
  x509::AuthzOids oids;
  bool provenance = false;
  x509::CsrLimits csr_limits = {};
  const signer::Signer* signer = nullptr;
  store::Store* store = nullptr;
  const x509::PossessionVerifier* possession = nullptr;
  const Clock* clock = &Clock::System();
  // Whether the clock is believed; null: always, which is for tests and benchmarks.
  const ClockRule* clock_rule = nullptr;
};

// Thread-safe: any number of workers call IssueBatch at once.
class Issuer {
 public:
  // FAILED_PRECONDITION or INVALID_ARGUMENT when the parts do not fit: the signer's key is not the
  // certificate's, the certificate is no CA or has expired, a profile does not fit it.
  static absl::StatusOr<std::unique_ptr<Issuer>> Create(IssuerOptions options);

  // Judges, signs and records the batch in one cycle, with one synced write, and finishes each
  // issuance. A bad one drops out with its own status and costs the others nothing. Where the same
  // request_id of the same caller, the same join token or the same one-use JWT is under way in
  // another batch, that batch's call finishes both. Nothing is used up, of a token, a JWT or a
  // budget, but by a certificate that is recorded.
  void IssueBatch(absl::Span<Issuance* const> batch);
  // The same, but those that waited for what this batch did are appended to `again`, to be given to
  // another call: a caller with many such must not keep a worker from the others.
  void IssueBatch(absl::Span<Issuance* const> batch, std::vector<Issuance*>* again);

  // Adds to the certificates, DER, whose keys are never certified. An error when one of them cannot
  // be read; those before it are added.
  absl::Status NeverCertify(absl::Span<const std::string> ca_certificates);

  const IssuerStats& stats() const { return stats_; }
  // What a new policy must fit (IssuingPolicy::Create) before it is in force.
  const IssuingCa& ca() const { return policies_->ca(); }
  // The issuing key, as a SubjectPublicKeyInfo.
  absl::string_view issuing_key() const { return signer_.public_key(); }

 private:
  struct Item;  // issuer_item.h
  using Items = std::vector<Item>;

  Issuer(IssuerOptions options, std::unique_ptr<ForbiddenKeys> forbidden_keys,
         std::unique_ptr<IssuingPolicies> policies);

  // The steps of the cycle, in order. Each looks only at the items that are still alive.
  void IssueOnce(absl::Span<Issuance* const> batch, std::vector<Issuance*>* waiters);
  absl::StatusOr<absl::Time> Now() const;
  void Refuse(absl::Span<Issuance* const> batch, const absl::Status& status);
  void Judge(Item& item, const IssuingPolicy& policy, absl::Time now);
  void VerifyPossession(Items& items) const;
  void Prepare(Item& item, const IssuingPolicy& policy, absl::Time now);
  void Sign(Items& items) const;
  void Record(Items& items, absl::Time now);
  void Finish(Items& items, std::vector<Issuance*>* waiters);

  // Who asks, and whether it was answered before: issuer_admission.cc, issuer_one_use_jwt.cc. Admit
  // is false when another batch holds the request id, the join token or the JWT: it finishes this
  // issuance too.
  [[nodiscard]] bool Admit(Item& item, absl::Time now, std::vector<Issuance*>* waiters);
  absl::Status CheckInTime(const Issuance& issuance, absl::Time now) const;
  [[nodiscard]] bool AdmitToken(Item& item, absl::Time now, std::vector<Issuance*>* waiters);
  absl::Status RedeemToken(Item& item, absl::Time now, std::string* log_detail) const;
  [[nodiscard]] bool AdmitRequestId(Item& item, std::vector<Issuance*>* waiters);
  static absl::Status ReadRequestId(Item& item, absl::string_view owner);
  absl::Status Replay(Item& item) const;
  void LogRefusedToken(const Item& item, absl::string_view why, absl::Time now);
  [[nodiscard]] bool AdmitOneUseJwt(Item& item, absl::Time now, std::vector<Issuance*>* waiters);
  absl::Status RedeemOneUseJwt(Item& item, absl::Time now, std::string* log_detail) const;
  void LogRefusedJwt(const Item& item, absl::string_view why, absl::Time now);
  void DropOldJwtUses(absl::Time now);

  absl::Status Decide(Item& item, const IssuingPolicy& policy, absl::Time now);
  absl::Status DecideValidity(Item& item, absl::Time now) const;
  absl::Status TakeFromBudget(Item& item, const Policy& policy);
  absl::Status BuildAndLint(Item& item, const IssuingProfile& profile, absl::Time now) const;
  void LogDenied(const Item& item, const absl::Status& why, absl::Time now);
  void LogIgnoredExtensions(const Item& item, absl::Time now);
  void LogUsedTokens(const Items& items) const;

  const std::unique_ptr<ForbiddenKeys> forbidden_keys_;
  const std::unique_ptr<IssuingPolicies> policies_;
  const bool provenance_;
  const x509::CsrLimits csr_limits_;
  const signer::Signer& signer_;
  store::Store& store_;
  const x509::PossessionVerifier& possession_;
  const Clock& clock_;
  const ClockRule* const clock_rule_;
  Budgets budgets_;
  InFlightRequests in_flight_;
  IssuerStats stats_;
  log::Limiter denied_limiter_{10};
  log::Limiter ignored_extensions_limiter_{10};
  log::Limiter refused_tokens_limiter_{10};
  // Seconds since 1970.
  std::atomic<int64_t> next_drop_of_jwt_uses_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUER_H_
