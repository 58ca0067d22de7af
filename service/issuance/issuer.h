// The issuing cycle: a batch of requests in, durable certificates out.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUER_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "service/issuance/admission.h"
#include "service/issuance/contents.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuer_stats.h"
#include "service/issuance/issuing_policy.h"
#include "service/issuance/lineage_guard.h"
#include "service/issuance/request_judge.h"
#include "service/issuance/revocation_guard.h"
#include "service/policy/budgets.h"
#include "service/policy/current_policy.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/revocation_pointers.h"
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
  // Where word of revoked certificates is, which certificates say as their profiles have it;
  // absent: nowhere.
  std::optional<RevocationPointers> pointers;
  x509::CsrLimits csr_limits = {};
  const signer::Signer* signer = nullptr;
  store::Store* store = nullptr;
  const x509::PossessionVerifier* possession = nullptr;
  const Clock* clock = &Clock::System();
  // Whether the clock is believed; null: always, which is for tests and benchmarks.
  const ClockRule* clock_rule = nullptr;
  // Who is revoked and blocked; null: nobody, which is for tests and benchmarks.
  const KnownRevocations* revocations = nullptr;
  // Returns when `revocations` has what was written to the store before; null: it does by itself.
  std::function<absl::Status()> learn_revocations;
};

// What a batch leaves to whoever has queued it.
struct BatchRest {
  // Those that waited for what the batch did, to be given to another call: a caller with many such
  // must not keep a worker from the others.
  std::vector<Issuance*> again;
  // Who asked, once for each proof of possession that was refused. It cost more than one that holds
  // (IssueQueue::ChargeRefusedProof).
  std::vector<std::shared_ptr<const Caller>> unproven;
};

// Thread-safe: any number of workers call IssueBatch at once.
class Issuer {
 public:
  // FAILED_PRECONDITION or INVALID_ARGUMENT when the parts do not fit: the signer's key is not the
  // certificate's, the certificate is no CA or has expired, a profile does not fit it.
  static absl::StatusOr<std::unique_ptr<Issuer>> Create(IssuerOptions options);

  // Judges, signs and records the batch in one cycle, with one synced write, and finishes each
  // issuance. A bad one drops out with its own status and costs the others nothing. Where the same
  // request_id of the same caller, the last use of the same join token or the same one-use JWT is
  // under way in another batch, that batch's call finishes both. Nothing is used up, of a join
  // token, a JWT or a budget, but by a certificate that is recorded. Which of several requests gets
  // what one alone can have, the store decides: there may be other servers.
  void IssueBatch(absl::Span<Issuance* const> batch);
  // The same, and appends to `rest` what is left.
  void IssueBatch(absl::Span<Issuance* const> batch, BatchRest* rest);

  // Adds to the certificates, DER, whose keys are never certified. An error when one of them cannot
  // be read; those before it are added.
  absl::Status NeverCertify(absl::Span<const std::string> ca_certificates);

  const IssuerStats& stats() const { return stats_; }
  // What a new policy must fit (IssuingPolicy::Create) before it is in force.
  const IssuingCa& ca() const { return policies_->ca(); }
  // The issuing key, as a SubjectPublicKeyInfo.
  absl::string_view issuing_key() const { return signer_.public_key(); }

 private:
  Issuer(const IssuerOptions& options, std::unique_ptr<IssuingPolicies> policies);

  // The steps of the cycle, in order. Each looks only at the items that are still alive.
  void IssueOnce(absl::Span<Issuance* const> batch, BatchRest* rest);
  absl::StatusOr<absl::Time> Now() const;
  void Refuse(absl::Span<Issuance* const> batch, const absl::Status& status);
  // Then admission_ and judge_, one item at a time.
  void VerifyPossession(IssuanceItems& items, BatchRest* rest) const;
  void Prepare(IssuanceItem& item, const IssuingPolicy& policy, absl::Time now);
  void Sign(IssuanceItems& items) const;
  void Record(IssuanceItems& items, const RevocationGuard& revocations,
              absl::Time now);  // issuer_record.cc
  // What the store says became of a certificate. Where another batch or server was first since the
  // item was admitted, this certificate's signature is forgotten.
  void Settle(IssuanceItem& item, const store::WriteOutcome& outcome, absl::Time now);
  // For an item that is recorded, where what is revoked or blocked has changed meanwhile.
  void LookAgain(IssuanceItem& item, const RevocationGuard& revocations, absl::Time now);
  void BlockStaleLineages(absl::Span<IssuanceItem* const> owners,
                          absl::Span<const store::WriteOutcome> outcomes, absl::Time now);
  void Finish(IssuanceItems& items, std::vector<Issuance*>* waiters);

  const std::unique_ptr<IssuingPolicies> policies_;
  const signer::Signer& signer_;
  store::Store& store_;
  const x509::PossessionVerifier& possession_;
  const Clock& clock_;
  const ClockRule* const clock_rule_;
  const ContentsOptions contents_;
  const KnownRevocations* const revocations_;
  Admission admission_;
  RequestJudge judge_;
  Budgets budgets_;
  IssuerStats stats_;
  LineageGuard lineage_guard_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUER_H_
