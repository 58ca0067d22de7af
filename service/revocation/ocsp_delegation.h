// The key and the certificate by which an OCSP responder speaks for one issuing CA.
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATION_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/time/clock_rule.h"
#include "signer/signer.h"
#include "x509/certificate.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/lint_ocsp.h"
#include "x509/revocation/ocsp_response.h"

namespace fleetca::service {

// One of them. Immutable.
struct OcspDelegate {
  absl::Time not_before;
  absl::Time not_after;
  std::string certificate;  // DER
  std::unique_ptr<signer::Signer> signer;
  std::unique_ptr<x509::OcspResponseTemplate> maker;
  std::unique_ptr<x509::OcspLint> lint;
};

// Holds the one in use, and replaces it by a new one, with a new key, when half of its life is
// over. The key is P-256 and never leaves the memory: a restart makes another. One thread calls
// Look; all else is for any thread.
class OcspDelegation {
 public:
  // Issues the certificate (DER) for a public key (SubjectPublicKeyInfo), for some days from `now`.
  // As IssueOcspDelegate does it.
  using Issue =
      std::function<absl::StatusOr<std::string>(absl::string_view public_key, absl::Time now)>;

  // `issuer_certificate`: DER. `max_validity`: of a response. INVALID_ARGUMENT where the
  // certificate cannot be read. `clock_rule` and what `issue` uses outlive it.
  static absl::StatusOr<std::unique_ptr<OcspDelegation>> Create(std::string issuer_certificate,
                                                                Issue issue,
                                                                absl::Duration max_validity,
                                                                const ClockRule& clock_rule);
  OcspDelegation(const OcspDelegation&) = delete;
  OcspDelegation& operator=(const OcspDelegation&) = delete;

  // Makes a delegate where there is none and where it is time for another. After a failure it waits
  // for some seconds. Says in the log when it fails, once until it works again.
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);

  // Null before the first; it may have ended where no other could be made.
  std::shared_ptr<const OcspDelegate> Current() const ABSL_LOCKS_EXCLUDED(mutex_);

  // OK, or why the last look could not make the delegate that is due: UNAVAILABLE kClockRefused,
  // and the errors of `issue`. UNAVAILABLE kOcspNotAnswered before the first look.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  const x509::IssuerHashes& hashes() const { return hashes_; }
  // The issuer's subject key identifier.
  absl::string_view issuer_key_id() const { return issuer_.subject_key_id; }

 private:
  OcspDelegation(std::string issuer_der, Issue issue, absl::Duration max_validity,
                 const ClockRule& clock_rule);

  absl::Status Renew(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::shared_ptr<const OcspDelegate>> Make(absl::Time now) const;

  const std::string issuer_der_;
  const Issue issue_;
  const absl::Duration max_validity_;
  const ClockRule& clock_rule_;
  x509::Certificate issuer_;  // aliases issuer_der_
  const x509::IssuerHashes hashes_;
  // The looking thread's.
  absl::Time try_from_ = absl::InfinitePast();
  mutable absl::Mutex mutex_;
  std::shared_ptr<const OcspDelegate> current_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATION_H_
