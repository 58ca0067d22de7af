// The life of one identity: a certificate is had, used, renewed in time, and had anew.
#ifndef FLEETCA_CLIENT_AGENT_IDENTITY_KEEPER_H_
#define FLEETCA_CLIENT_AGENT_IDENTITY_KEEPER_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "client/agent/agent_options.h"
#include "client/agent/answer_check.h"
#include "client/agent/ca_port.h"
#include "client/agent/enrollment_files.h"
#include "client/agent/held_identities.h"
#include "client/agent/hook_runs.h"
#include "client/agent/identity_folder.h"
#include "client/agent/identity_record.h"
#include "client/agent/identity_status.h"
#include "client/agent/kept_certificate.h"
#include "client/agent/output_files.h"
#include "client/agent/renewal_plan.h"

namespace fleetca::client {

// What an identity's life depends on. Everything here outlives the keeper.
struct KeeperSurroundings {
  std::string trust_domain;
  CaPort* ca = nullptr;
  // Null for an identity with sockets alone.
  OutputFiles* outputs = nullptr;
  // Whom to trust; an error while that is not known, and then nobody is asked for anything.
  std::function<absl::StatusOr<std::vector<std::string>>()> roots;
  // The CA's CRLs, another object whenever they have changed; null: there are none.
  std::function<std::shared_ptr<const SharedCrls>()> crls;
  HookRuns::Runner run_hook;
  std::function<void(std::shared_ptr<const HeldIdentity>)> publish;
  // ReadEnrollmentFile, or what else reads such a file.
  EnrollmentReader read_file;
  // Between 0 and 1.
  std::function<double()> random_fraction;
  // The wall clock, for what happens while a step goes on; null: a step takes no time.
  std::function<absl::Time()> clock;
};

// Before files are written again after they could not be, and before a record is.
inline constexpr absl::Duration kKeeperDiskRetry = absl::Seconds(10);

// A state machine whose state is on disk before it counts (identity_record.h), so that it may end
// at any moment and be made again. It never ends by itself: where there is no certificate, and none
// is to be had, it says so and tries again.
//
// Step may be called by one thread at a time; status() is thread-safe.
class IdentityKeeper {
 public:
  // The errors of IdentityFolder::Load; FAILED_PRECONDITION kConfigInvalid where the certificate in
  // force is for another SPIFFE ID than that of `options`.
  static absl::StatusOr<std::unique_ptr<IdentityKeeper>> Create(
      IdentityOptions options, std::unique_ptr<IdentityFolder> folder,
      KeeperSurroundings surroundings);
  IdentityKeeper(const IdentityKeeper&) = delete;
  IdentityKeeper& operator=(const IdentityKeeper&) = delete;

  // Does what is due at `now`, by the wall clock, and returns when to come again: a minute later at
  // most, so that a clock that was set and a machine that slept are noticed. Waits for the CA and
  // for hooks as long as they take.
  absl::Time Step(absl::Time now);

  IdentityStatus status() const ABSL_LOCKS_EXCLUDED(status_mutex_);

 private:
  IdentityKeeper(IdentityOptions options, std::unique_ptr<IdentityFolder> folder,
                 KeeperSurroundings surroundings, IdentityRecord record);

  absl::Status CheckWhose() const;

  // The order of things: identity_keeper.cc.
  void TakeRoots(absl::Time now);
  void KeepCertificate(absl::Time now);
  // Has files that somebody removed or replaced put in place again, and the hooks run again: a
  // service may have read what was not there, or not the agent's.
  void NoticeLoss(absl::Time now);
  // The same at the start, where no file is there any more, as in a folder that a boot has emptied:
  // generations are counted anew there, and the one that the hooks ran for may be another's number.
  void NoticeEmptyOutputs();
  void PlaceOutputs(absl::Time now);
  void RunHooks(absl::Time now);
  void Publish(absl::Time now);
  absl::Time NowAfter(absl::Time begin) const {
    return surroundings_.clock ? std::max(begin, surroundings_.clock()) : begin;
  }
  absl::Status Save();
  // Says so, and has the certificate wait for its next attempt.
  void Failed(const absl::Status& status, absl::Time now);
  void Say(const absl::Status& status, absl::Time now);
  void Doing(absl::string_view what) ABSL_LOCKS_EXCLUDED(status_mutex_);
  void TellStatus(absl::Time now) ABSL_LOCKS_EXCLUDED(status_mutex_);
  // Where the clock is before its begin, it is the clock that is wrong (ClockBehind).
  bool HoldsValid(absl::Time now) const {
    return !record_.held.empty() && !held_.HasEnded(now - clock_ahead_);
  }
  // When a certificate that was not tried is better than the one in force: shortly before the end
  // of that. In the past where there is none.
  absl::Time LastMoment() const;
  bool EndsSoon(absl::Time now) const { return now >= LastMoment(); }
  // Whether what cannot be written to a full disk is done all the same: a renewal that a crash
  // would lose is better than none, as after the end somebody would have to bring another token.
  bool MayGoUnsaved(absl::Time now) const { return HoldsValid(now) && EndsSoon(now); }
  bool ClockIsBehind(absl::Time now) const;
  // Whether it is known that this host's clock is so far ahead that by it no certificate of the CA
  // is valid.
  bool ClockIsAhead() const { return clock_ahead_ != absl::ZeroDuration(); }
  Credential Held() const {
    return MakeCredential(record_.held, record_.held_key_pem, record_.roots_der);
  }

  // When to act: keeper_times.cc.
  void NoticeClock(absl::Time now);
  absl::Time NextTime(absl::Time now) const;
  // Until when a certificate that has just come into force is not renewed, whatever the CA says; in
  // the past where it is not so.
  absl::Time RestsUntil(absl::Time now) const;
  // How long hooks may take: so long that the certificate is renewed all the same.
  absl::Time HooksUntil(absl::Time now) const;

  // Goes on from the files in place where the state folder is from before them, as after it was
  // restored: newer_files.cc.
  void TakeNewerFiles(absl::Time now);

  // Whether the configuration asks for another certificate than the one in force, and when that one
  // is to be renewed, for this or for its age: changed_configuration.cc. A certificate of which it
  // is not known what it was asked for with is as the configuration wants it.
  void CompareConfiguration(absl::Time now);
  absl::Time RenewAt() const;
  // By what a request is made at `now`. That is the configuration, but where the CA refuses that
  // and the certificate is due for its age: then it is renewed as it is, so that it does not end
  // for the sake of a name that nobody grants.
  IdentityOptions RequestOptions(EnrollmentMethod method, absl::Time now) const;

  // How a certificate is had and put in force: certificate_steps.cc.
  void AskWindow(absl::Time now);
  void Renew(absl::Time now);
  void Enroll(absl::Time now);
  std::vector<EnrollmentMethod> Methods() const;
  bool HasOtherMethod() const;
  // By what the CA is asked; empty for a renewal.
  absl::StatusOr<SecretBytes> TokenOf(EnrollmentMethod method) const;
  absl::StatusOr<Issued> Ask(EnrollmentMethod method, const SecretBytes& token, absl::Time now);
  absl::Status PrepareRequest(EnrollmentMethod method, absl::Time now);
  // What is taken for one: certificate_answers.cc.
  absl::Status TakeOverFile(absl::Time now);
  ExpectedIdentity Expected(EnrollmentMethod method) const;
  void TakeAnswer(const Issued& issued, absl::Time now);
  // How that comes into force: certificate_steps.cc.
  void TryPending(absl::Time now);
  void PutInForce(const KeptCertificate& facts, absl::Time now);
  void DropRequest();
  // The same where the CA has refused it.
  void DropRefused();
  // Whether it means that the line of the certificate in force gets no other one; it is noted.
  bool EndsLine(const absl::Status& status);

  const IdentityOptions options_;
  const std::unique_ptr<IdentityFolder> folder_;
  const KeeperSurroundings surroundings_;
  IdentityRecord record_;
  KeptCertificate held_;  // of record_.held

  // Whether record_ differs from what is on disk.
  bool unsaved_ = false;
  std::optional<absl::Time> last_step_;
  // How far this host's clock is ahead of the CA's, while the certificate in force has ended by it
  // and not by the CA's; until it is set. Else zero. And the same by the answer that is pending.
  absl::Duration clock_ahead_ = absl::ZeroDuration();
  absl::Duration answer_ahead_ = absl::ZeroDuration();
  // Whether the files may be other ones than those of the certificate in force.
  bool outputs_due_ = true;
  absl::Time place_at_ = absl::InfinitePast();
  uint64_t losses_ = 0;
  // Why the certificate in force is renewed before its time, in words; "": it is not. And since
  // when.
  std::string renew_reason_;
  absl::Time differs_since_;
  int info_failures_ = 0;
  // How often the CA wants to be asked for the window, by its last answer.
  absl::Duration ask_interval_ = kUsualAskInterval;
  int try_refusals_ = 0;
  // The certificate from a file that the CA did not take; "": none.
  std::string refused_file_der_;
  // Why the last answer of the CA was not used, until another one is; "": it was.
  std::string wrong_answer_;
  HookRuns hooks_;
  // What the last publication was made of.
  std::string published_;
  std::shared_ptr<const SharedCrls> published_crls_;
  absl::Status last_error_;
  // Of the disk or the clock, and over when these are right.
  bool error_passes_ = false;
  absl::Time last_error_at_;
  absl::Status roots_error_;  // while it is not known whom to trust
  std::string bundle_kept_aside_;
  std::optional<absl::Time> renewed_at_;
  uint64_t renewals_ = 0;

  mutable absl::Mutex status_mutex_;
  IdentityStatus status_ ABSL_GUARDED_BY(status_mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_IDENTITY_KEEPER_H_
