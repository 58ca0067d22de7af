// Makes the CRLs of an issuing CA and gives them out.
#ifndef FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_H_
#define FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/log_limiter.h"
#include "service/revocation/crl_build.h"
#include "service/revocation/crl_publisher_options.h"
#include "service/revocation/crl_slot.h"
#include "service/revocation/published_crl.h"
#include "service/time/clock_rule.h"
#include "store/store.h"

namespace fleetca::service {

// One CRL for each shard, of the certificates that name it; and a complete one, without
// issuingDistributionPoint, of all certificates of the issuer, for who reads one file.
//
// A number is never used twice: it is in the store before the CRL is signed, and is greater than
// the last one there, and not less than the seconds of thisUpdate, so that it rises over a store
// that was restored as well. thisUpdate is the instant at which the revocations were read. Where
// the clock is behind the last thisUpdate no CRL is made, as readers would believe the older one.
//
// One thread calls Look (RepeatedWork, once a second); all else is for any thread.
class CrlPublisher {
 public:
  // INVALID_ARGUMENT kConfigInvalid with the option as field. The references outlive it.
  static absl::StatusOr<std::unique_ptr<CrlPublisher>> Create(CrlIssuer issuer,
                                                              CrlPublisherOptions options,
                                                              store::Store& store,
                                                              const ClockRule& clock_rule);
  CrlPublisher(const CrlPublisher&) = delete;
  CrlPublisher& operator=(const CrlPublisher&) = delete;

  // Makes the CRLs that are due, a batch of them at most. Whether more are due. Says in the log
  // what fails: the first failure, then at most one a minute.
  bool Look() ABSL_LOCKS_EXCLUDED(mutex_);

  // The CRL of a shard, or the complete one. Never null; its nextUpdate may have passed where no
  // newer one could be made. NOT_FOUND kNotFound for a shard that there is not, and for the
  // complete one where it is switched off; UNAVAILABLE kCrlNotReady before it is made;
  // FAILED_PRECONDITION kCrlTooLarge for a complete one of more than max_complete_entries.
  absl::StatusOr<std::shared_ptr<const PublishedCrl>> Find(std::optional<uint16_t> shard) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // OK, or why not all CRLs are there and as new as they should be: UNAVAILABLE kCrlNotReady where
  // some are not made yet or are past nextUpdate, kClockRefused, and the error of the CRL that
  // could not be made. A complete CRL that would be too large is no reason.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the revocation has appeared, after its certificate had expired, in each CRL that
  // lists it: it may be dropped from the store. False for one of another issuer.
  bool HasAppeared(const store::Revocation& revocation) const ABSL_LOCKS_EXCLUDED(mutex_);

  // CRLs that were signed since the start.
  uint64_t signed_crls() const { return signed_crls_.load(std::memory_order_relaxed); }

  const std::string& issuer_key_id() const { return issuer_.key_id; }
  const CrlPublisherOptions& options() const { return options_; }

 private:
  CrlPublisher(CrlIssuer issuer, CrlPublisherOptions options, store::Store& store,
               const ClockRule& clock_rule);

  // A CRL on its way from the store to the signature.
  struct Draft {
    size_t slot;
    CrlOrder order;
    UnsignedCrl crl;
  };

  absl::StatusOr<bool> Publish() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status LoadStates() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ReadChanges(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The slots that are due, the first to be due first, a batch at most; and whether there are more.
  std::vector<size_t> FindDue(absl::Time now, bool* more) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<CrlOrder> Order(size_t slot) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Draft> Build(absl::Span<const size_t> due) ABSL_LOCKS_EXCLUDED(mutex_);
  // Leaves only those whose number is the store's last.
  absl::Status WriteStates(std::vector<Draft>* drafts) ABSL_LOCKS_EXCLUDED(mutex_);
  void Sign(std::vector<Draft> drafts) ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveOut(const Draft& draft, std::string der) ABSL_LOCKS_EXCLUDED(mutex_);
  void Fail(size_t slot, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Note(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void MarkChanged(const store::RevocationChange& change, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MarkAllChanged(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool has_complete() const { return options_.max_complete_entries > 0; }

  const CrlIssuer issuer_;
  const CrlPublisherOptions options_;
  const CrlSchedule schedule_;
  store::Store& store_;
  const ClockRule& clock_rule_;
  log::Limiter failures_{1, absl::Minutes(1)};
  // Of the looking thread: up to where the feed was read; nullopt before the first look.
  std::optional<uint64_t> position_;
  std::atomic<uint64_t> signed_crls_{0};
  mutable absl::Mutex mutex_;
  // By shard, and last the complete one. The looking thread alone changes them.
  std::vector<CrlSlot> slots_ ABSL_GUARDED_BY(mutex_);
  // Why the last look did not get to the single CRLs.
  absl::Status look_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_H_
