#include "client/agent/identity_keeper.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/agent/attempt_delay.h"
#include "client/agent/same_problem.h"
#include "client/answer_lost.h"
#include "client/backoff.h"

namespace fleetca::client {
namespace {

// Between two attempts shortly before the end of the certificate in force.
constexpr absl::Duration kLeastWait = absl::Seconds(1);

absl::Status ClockBehind(const KeptCertificate& held, absl::Time now) {
  return Unavailable(Reason::kClockRefused,
                     absl::StrCat("the clock of this host says ", TimeToWords(now),
                                  ", and the certificate in force begins at ",
                                  TimeToWords(held.not_before), "; set the clock"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<IdentityKeeper>> IdentityKeeper::Create(
    IdentityOptions options, std::unique_ptr<IdentityFolder> folder,
    KeeperSurroundings surroundings) {
  FLEETCA_ASSIGN_OR_RETURN(IdentityRecord record, folder->Load());
  std::unique_ptr<IdentityKeeper> keeper(new IdentityKeeper(
      std::move(options), std::move(folder), std::move(surroundings), std::move(record)));
  if (!keeper->record_.held.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(keeper->held_, FactsOf(keeper->record_.held.certificate_der));
    FLEETCA_RETURN_IF_ERROR(keeper->CheckWhose());
  }
  return keeper;
}

absl::Status IdentityKeeper::CheckWhose() const {
  if (options_.spiffe_id.empty() || options_.spiffe_id == held_.spiffe_id) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("the configuration says ", options_.spiffe_id, ", and ", folder_->path(),
                   " holds a certificate for ", held_.spiffe_id,
                   ", whose renewals are for the same; give the identity another name, or move the "
                   "folder away, with a new token"));
}

IdentityKeeper::IdentityKeeper(IdentityOptions options, std::unique_ptr<IdentityFolder> folder,
                               KeeperSurroundings surroundings, IdentityRecord record)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      surroundings_(std::move(surroundings)),
      record_(std::move(record)),
      hooks_(options_.hooks, surroundings_.run_hook, surroundings_.random_fraction) {
  if (record_.hooks_generation != 0) {
    hooks_.Begin(record_.hooks_done);
  }
  status_.name = options_.name;
  status_.doing = "waiting";
}

absl::Time IdentityKeeper::Step(absl::Time now) {
  if (!last_step_.has_value()) {
    TakeNewerFiles(now);
    NoticeEmptyOutputs();
    CompareConfiguration(now);
  }
  NoticeClock(now);
  TakeRoots(now);
  const absl::Status saved = unsaved_ ? Save() : absl::OkStatus();
  if (!saved.ok()) {
    Say(saved, now);
    error_passes_ = true;
  }
  if (saved.ok() || MayGoUnsaved(now)) {
    NoticeLoss(now);
    KeepCertificate(now);
    PlaceOutputs(now);
    RunHooks(now);
  }
  const bool is_placed = surroundings_.outputs == nullptr || !outputs_due_;
  if (error_passes_ && !unsaved_ && is_placed && !ClockIsBehind(now) && !ClockIsAhead()) {
    if (GetReason(last_error_) == Reason::kClockRefused) {
      log::Info("The clock of this host is right again", {{"identity", options_.name}});
    }
    last_error_ = absl::OkStatus();
    error_passes_ = false;
  }
  Publish(now);
  TellStatus(now);
  last_step_ = NowAfter(now);
  return NextTime(now);
}

void IdentityKeeper::TakeRoots(absl::Time now) {
  absl::StatusOr<std::vector<std::string>> roots = surroundings_.roots();
  roots_error_ = roots.status();
  if (!roots.ok() || *roots == record_.roots_der) {
    bundle_kept_aside_.clear();
    return;
  }
  if (HoldsValid(now)) {
    if (const absl::Status cut = VerifyAgainst(record_.held, *roots, now - clock_ahead_);
        !cut.ok()) {
      const bool is_new = bundle_kept_aside_.empty();
      bundle_kept_aside_ = absl::StrCat(
          "the CA's newest trust bundle does not vouch for the certificate in force, "
          "so it is not used before another certificate is in force: ",
          cut.message());
      if (is_new) {
        log::Warning("The trust bundle is kept aside",
                     {{"identity", options_.name}, {"message", bundle_kept_aside_}});
      }
      return;
    }
  }
  bundle_kept_aside_.clear();
  record_.roots_der = *std::move(roots);
  outputs_due_ = true;
  unsaved_ = true;
}

void IdentityKeeper::KeepCertificate(absl::Time now) {
  const bool may_try = now >= record_.retry_at;
  if (ClockIsBehind(now)) {
    if (may_try) {
      Failed(ClockBehind(held_, now), now);
      error_passes_ = true;
    }
    return;
  }
  if (!record_.pending.empty()) {
    // No back-off outlasts the certificate in force.
    if (may_try || EndsSoon(now)) {
      TryPending(now);
    }
    return;
  }
  const bool goes_on = HoldsValid(now) && record_.line_ended.empty();
  // A window is in times of the CA's clock.
  if (goes_on && now >= record_.plan.ask_at && !ClockIsAhead()) {
    AskWindow(now);
  }
  if (!may_try) {
    return;
  }
  if (!HoldsValid(now) || !record_.line_ended.empty()) {
    Enroll(now);
  } else if (record_.request.has_value() || now >= std::max(RenewAt(), RestsUntil(now))) {
    Renew(now);
  }
}

void IdentityKeeper::NoticeLoss(absl::Time now) {
  // What is to be placed anyway is made good by that; a certificate that is tried may have its
  // files in place already.
  if (surroundings_.outputs == nullptr || outputs_due_ || !HoldsValid(now) ||
      !record_.pending.empty()) {
    return;
  }
  const absl::Status lost = surroundings_.outputs->InPlace();
  if (lost.ok()) {
    return;
  }
  ++losses_;
  log::Warning("Files were removed or replaced by somebody, and are put in place again",
               {{"identity", options_.name}, {"message", lost.message()}});
  outputs_due_ = true;
  place_at_ = now;
  // On disk before the files are: after a crash the hooks run, too.
  record_.hooks_generation = 0;
  (void)Save();
}

void IdentityKeeper::NoticeEmptyOutputs() {
  if (surroundings_.outputs == nullptr || record_.hooks_generation == 0) {
    return;
  }
  const absl::StatusOr<uint64_t> generation = surroundings_.outputs->Generation();
  if (generation.ok() && *generation == 0) {
    record_.hooks_generation = 0;
    unsaved_ = true;
  }
}

void IdentityKeeper::PlaceOutputs(absl::Time now) {
  // While another certificate is tried, its files may be in place already.
  if (surroundings_.outputs == nullptr || !outputs_due_ || now < place_at_ || !HoldsValid(now) ||
      !record_.pending.empty()) {
    return;
  }
  if (const absl::Status placed = surroundings_.outputs->Put(Held()); !placed.ok()) {
    Say(placed, now);
    error_passes_ = true;
    place_at_ = now + kKeeperDiskRetry;
    return;
  }
  outputs_due_ = false;
}

void IdentityKeeper::RunHooks(absl::Time now) {
  if (surroundings_.outputs == nullptr || !HoldsValid(now) || outputs_due_ ||
      !record_.pending.empty()) {
    return;
  }
  const absl::StatusOr<uint64_t> generation = surroundings_.outputs->Generation();
  if (!generation.ok() || *generation == 0) {
    return;
  }
  const bool changed = *generation != record_.hooks_generation;
  if (changed) {
    record_.hooks_generation = *generation;
    record_.changed_at = NowAfter(now);  // not before the files were there
    record_.hooks_done.clear();
    hooks_.Begin({});
    surroundings_.outputs->BeforeHooks();
  }
  const bool ran = hooks_.pending();
  if (ran) {
    Doing("running hooks");
    hooks_.Run({.identity = options_.name,
                .spiffe_id = held_.spiffe_id,
                .folder = options_.outputs.folder,
                .serial = held_.serial,
                .changed_at = record_.changed_at,
                .until = HooksUntil(now)},
               now);
  }
  std::vector<std::string> done = hooks_.done();
  if (changed || done != record_.hooks_done) {
    record_.hooks_done = std::move(done);
    (void)Save();  // the next step saves again, and runs a hook once too often at worst
  }
  if ((changed || ran) && !hooks_.pending()) {
    (void)surroundings_.outputs->Release();
  }
}

void IdentityKeeper::Publish(absl::Time now) {
  const bool valid = HoldsValid(now);
  std::shared_ptr<const SharedCrls> crls = surroundings_.crls ? surroundings_.crls() : nullptr;
  std::string made_of =
      absl::StrCat(valid ? held_.serial : "none", " ", absl::StrJoin(record_.roots_der, ""));
  if (made_of == published_ && crls == published_crls_) {
    return;
  }
  auto identity = std::make_shared<HeldIdentity>();
  identity->name = options_.name;
  identity->spiffe_id = valid ? held_.spiffe_id : options_.spiffe_id;
  identity->trust_domain = surroundings_.trust_domain;
  identity->hint = options_.name;
  identity->roots_der = record_.roots_der;
  if (crls != nullptr && !options_.sockets.empty()) {
    identity->crls = *crls;
  }
  if (valid) {
    identity->credential = std::make_shared<const Credential>(Held());
  }
  surroundings_.publish(std::move(identity));
  published_ = std::move(made_of);
  published_crls_ = std::move(crls);
}

absl::Status IdentityKeeper::Save() {
  const absl::Status saved = folder_->Save(record_);
  unsaved_ = !saved.ok();
  return saved;
}

void IdentityKeeper::Failed(const absl::Status& status, absl::Time now) {
  Say(status, now);
  const absl::Duration life =
      HoldsValid(now) ? held_.not_after - held_.not_before : absl::ZeroDuration();
  const bool passes = IsRetryable(status) || MayHaveIssued(status);
  if (passes) {
    record_.refused_shape.reset();  // the CA has not refused it this time
  }
  record_.failures = std::min(record_.failures + 1, 1'000'000);
  absl::Duration wait = WaitAfter(status, passes ? DelayAfterOutage(life) : DelayAfterRefusal(life),
                                  record_.failures, surroundings_.random_fraction());
  if (HoldsValid(now)) {
    // However long the CA wants: it is asked again before the end.
    wait = std::min(wait, std::max((held_.not_after - now) / 2, kLeastWait));
  }
  record_.retry_at = now + wait;
  (void)Save();  // where that fails, the next step saves
}

void IdentityKeeper::Say(const absl::Status& status, absl::Time now) {
  if (!IsSameProblem(status.message(), last_error_.message())) {
    log::Warning("An identity has a problem", {{"identity", options_.name},
                                               {"code", absl::StatusCodeToString(status.code())},
                                               {"message", status.message()}});
  }
  last_error_ = status;
  error_passes_ = false;
  last_error_at_ = now;
}

void IdentityKeeper::Doing(absl::string_view what) {
  const absl::MutexLock lock(&status_mutex_);
  status_.doing = std::string(what);
}

void IdentityKeeper::TellStatus(absl::Time now) {
  IdentityStatus status;
  status.name = options_.name;
  status.spiffe_id = record_.held.empty() ? options_.spiffe_id : held_.spiffe_id;
  status.serial = held_.serial;
  status.not_before = held_.not_before;
  status.not_after = held_.not_after;
  status.renew_at = std::max(RenewAt(), RestsUntil(now));
  status.renew_reason = renew_reason_;
  status.window_start = record_.plan.window_start;
  status.window_end = record_.plan.window_end;
  status.explanation_url = record_.plan.explanation_url;
  status.ready = HoldsValid(now) && !ClockIsBehind(now) &&
                 (surroundings_.outputs == nullptr || !outputs_due_ || !record_.pending.empty());
  status.losses = losses_;
  // The CA, or the certificate's own dates, would have another one sooner than that.
  status.doing =
      RenewAt() <= now && now < RestsUntil(now)
          ? absl::StrCat("waiting until ", TimeToWords(RestsUntil(now)),
                         ": a renewal is asked for already, and the certificate has just come into "
                         "force")
          : "waiting";
  status.last_error = last_error_;
  status.last_error_at = last_error_at_;
  status.failures = record_.failures;
  status.bundle_kept_aside = bundle_kept_aside_;
  status.renewed_at = renewed_at_;
  status.renewals = renewals_;
  status.hooks = hooks_.status();
  const absl::MutexLock lock(&status_mutex_);
  status_ = std::move(status);
}

IdentityStatus IdentityKeeper::status() const {
  const absl::MutexLock lock(&status_mutex_);
  return status_;
}

}  // namespace fleetca::client
