// How IdentityKeeper has a certificate and puts it in force. Before each step the record of it is
// on disk, so that the process may end between any two.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/agent/certificate_request.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/refusals.h"
#include "client/backoff.h"
#include "client/issued.h"

namespace fleetca::client {
namespace {

// How often in a row the CA may refuse a new certificate that it issued before another one is
// asked for.
constexpr int kMaxTryRefusals = 3;

absl::Status ClockAheadError(const KeptCertificate& held, absl::Time now) {
  return Unavailable(
      Reason::kClockRefused,
      absl::StrCat("the clock of this host says ", TimeToWords(now), ", and by it the certificate ",
                   "which the CA has just issued and takes ended at ", TimeToWords(held.not_after),
                   "; set the clock"));
}

absl::Status WithMore(const absl::Status& status, absl::string_view more) {
  return MakeError(status.code(), GetReason(status).value_or(Reason::kInternal), GetField(status),
                   absl::StrCat(status.message(), more));
}

absl::Status NoMethod(absl::string_view name) {
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("the identity ", name,
                   " has no certificate, and its enrollment names no way to have one; add "
                   "jwt_file, join_token_file or certificate_file to it"));
}

// Where the token is that the method needs; a renewal needs none.
const std::string& TokenFileOf(EnrollmentMethod method, const EnrollmentOptions& enrollment) {
  return method == EnrollmentMethod::kJwt ? enrollment.jwt_file : enrollment.join_token_file;
}

}  // namespace

void IdentityKeeper::AskWindow(absl::Time now) {
  Doing("asking when to renew");
  const absl::StatusOr<RenewalInfo> info = surroundings_.ca->GetRenewalInfo(Held());
  if (!info.ok()) {
    record_.plan = PlanWithout(record_.plan, info.status(), ++info_failures_, ask_interval_, now);
    if (IsOfTheLine(info.status())) {
      EndsLine(info.status());
      Say(info.status(), now);
      record_.retry_at = now;
      (void)Save();
    }
    return;
  }
  info_failures_ = 0;
  ask_interval_ = info->retry_after;
  const PlannedCertificate planned{.not_before = held_.not_before, .not_after = held_.not_after};
  record_.plan = PlanWith(*info, record_.plan, planned, options_.maintenance_windows, now);
  if (info->revoked) {
    const absl::Status revoked =
        PermissionDenied(Reason::kCertificateRevoked, "the CA has revoked the certificate");
    EndsLine(revoked);
    Say(revoked, now);
    record_.retry_at = now;
  }
  (void)Save();  // what is lost of it is asked for again
}

void IdentityKeeper::Renew(absl::Time now) {
  Doing("renewing");
  const absl::StatusOr<Issued> answer = Ask(EnrollmentMethod::kRenewal, SecretBytes(), now);
  if (answer.ok()) {
    TakeAnswer(*answer, now);
    return;
  }
  if (!unsaved_ && IsRefusal(answer.status())) {
    DropRefused();
    if (EndsLine(answer.status()) && HasOtherMethod()) {
      Say(answer.status(), now);
      Enroll(now);
      return;
    }
  }
  Failed(answer.status(), now);
}

void IdentityKeeper::Enroll(absl::Time now) {
  if (record_.roots_der.empty()) {
    // Nobody is told a secret before it is known whom to trust.
    Failed(roots_error_.ok() ? NoMethod(options_.name) : roots_error_, now);
    return;
  }
  absl::Status last = NoMethod(options_.name);
  std::vector<std::string> refusals;
  for (const EnrollmentMethod method : Methods()) {
    Doing(absl::StrCat("enrolling by ", InWords(method)));
    if (method == EnrollmentMethod::kCertificate) {
      last = TakeOverFile(now);
      if (last.ok()) {
        return;
      }
    } else if (const absl::StatusOr<SecretBytes> token = TokenOf(method); !token.ok()) {
      // A request by it may have been answered, so it is kept: the file may be there again.
      last = token.status();
    } else {
      const absl::StatusOr<Issued> answer = Ask(method, *token, now);
      if (answer.ok()) {
        TakeAnswer(*answer, now);
        return;
      }
      last = answer.status();
      // Another method would end in another line of certificates, and the CA is away for it, too.
      if (unsaved_ || !IsRefusal(last)) {
        Failed(last, now);
        return;
      }
      if (IsForAnother(last)) {
        DropRequest();
        wrong_answer_ = std::string(last.message());
      } else {
        DropRefused();
      }
      if (method == EnrollmentMethod::kRenewal) {
        EndsLine(last);
      }
    }
    refusals.push_back(absl::StrCat("by ", InWords(method), ": ", last.message()));
  }
  if (refusals.size() > 1) {
    last = MakeError(last.code(), GetReason(last).value_or(Reason::kInternal), GetField(last),
                     absl::StrJoin(refusals, "; "));
  } else if (!record_.line_ended.empty() && !HasOtherMethod()) {
    last = WithMore(last, "; its enrollment names no JWT or join token to have another one by");
  } else if (!record_.line_ended.empty() && !MayGoOn(record_.line_ended)) {
    last = WithMore(last, absl::StrCat("; the certificate that is held is renewed no more (",
                                       record_.line_ended, "), so a new one is needed"));
  }
  // By that answer the token was used, perhaps.
  if (!wrong_answer_.empty() && !absl::StrContains(last.message(), wrong_answer_)) {
    last = WithMore(last, absl::StrCat("; before that, ", wrong_answer_));
  }
  Failed(last, now);
}

bool IdentityKeeper::HasOtherMethod() const {
  return !options_.enrollment.jwt_file.empty() || !options_.enrollment.join_token_file.empty();
}

std::vector<EnrollmentMethod> IdentityKeeper::Methods() const {
  const EnrollmentOptions& enrollment = options_.enrollment;
  std::vector<EnrollmentMethod> methods;
  if (!record_.held.empty() && record_.line_ended.empty()) {
    methods.push_back(EnrollmentMethod::kRenewal);
  }
  if (record_.held.empty() && !enrollment.certificate_file.empty()) {
    methods.push_back(EnrollmentMethod::kCertificate);
  }
  if (!enrollment.jwt_file.empty()) {
    methods.push_back(EnrollmentMethod::kJwt);
  }
  if (!enrollment.join_token_file.empty()) {
    methods.push_back(EnrollmentMethod::kJoinToken);
  }
  if (!record_.held.empty() && !record_.line_ended.empty() &&
      (MayGoOn(record_.line_ended) || !HasOtherMethod())) {
    methods.push_back(EnrollmentMethod::kRenewal);
  }
  // What was asked for already may have been answered.
  if (record_.request.has_value()) {
    const auto asked = std::find(methods.begin(), methods.end(), record_.request->method);
    if (asked != methods.end()) {
      std::rotate(methods.begin(), asked, asked + 1);
    }
  }
  return methods;
}

// Read anew each time, as whoever writes it may have written another one.
absl::StatusOr<SecretBytes> IdentityKeeper::TokenOf(EnrollmentMethod method) const {
  return method == EnrollmentMethod::kRenewal
             ? absl::StatusOr<SecretBytes>(SecretBytes())
             : surroundings_.read_file(EnrollmentFile::kToken,
                                       TokenFileOf(method, options_.enrollment));
}

absl::StatusOr<Issued> IdentityKeeper::Ask(EnrollmentMethod method, const SecretBytes& token,
                                           absl::Time now) {
  if (method == EnrollmentMethod::kRenewal) {
    FLEETCA_RETURN_IF_ERROR(PrepareRequest(method, now));
    const RenewOptions request = ToRenewOptions(options_, *record_.request);
    // Whether it has ended is by the CA's clock. Where that is so it cannot be shown.
    absl::StatusOr<Issued> renewed = surroundings_.ca->Renew(Held(), request);
    const bool may_have_ended =
        !HoldsValid(now) || record_.line_ended == ReasonName(Reason::kCallerCertificateExpired);
    return may_have_ended && MayBeOfItsEnd(renewed.status())
               ? surroundings_.ca->RenewByProof(Held(), request)
               : renewed;
  }
  FLEETCA_RETURN_IF_ERROR(PrepareRequest(method, now));
  absl::StatusOr<Issued> issued =
      surroundings_.ca->Enroll(token, ToIssueOptions(options_, *record_.request));
  if (absl::IsUnauthenticated(issued.status())) {
    return WithMore(issued.status(), absl::StrCat(" (the token is in ",
                                                  TokenFileOf(method, options_.enrollment), ")"));
  }
  return issued;
}

absl::Status IdentityKeeper::PrepareRequest(EnrollmentMethod method, absl::Time now) {
  if (record_.request.has_value() && record_.request->method == method) {
    return absl::OkStatus();
  }
  const IdentityOptions options = RequestOptions(method, now);
  const bool with_new_key =
      method != EnrollmentMethod::kRenewal || RenewalMakesKey(options, record_);
  FLEETCA_ASSIGN_OR_RETURN(record_.request, MakeRequest(options, method, with_new_key));
  const absl::Status saved = Save();
  return MayGoUnsaved(now) ? absl::OkStatus() : saved;
}

void IdentityKeeper::TryPending(absl::Time now) {
  Doing("trying the new certificate");
  const absl::StatusOr<KeptCertificate> facts = FactsOf(record_.pending.certificate_der);
  if (!facts.ok()) {
    DropRequest();
    Failed(facts.status(), now);
    return;
  }
  const absl::Status tried = surroundings_.ca->Try(
      MakeCredential(record_.pending, record_.pending_key_pem(), record_.roots_der));
  // The CA takes one that has ended by this host's clock where that clock is ahead.
  if (facts->HasEnded(now) && !tried.ok()) {
    DropRequest();
    Failed(FailedPrecondition(
               Reason::kCallerCertificateExpired,
               absl::StrCat("the new certificate ended at ", TimeToWords(facts->not_after),
                            " before it could be used; another one is asked for")),
           now);
    return;
  }
  // Where there will be none that is valid, one that was not tried is the better one.
  if (tried.ok() || (EndsSoon(now) && !IsOfTheLine(tried))) {
    try_refusals_ = 0;
    PutInForce(*facts, now);
    if (!tried.ok()) {
      Say(Annotate(tried, "the new certificate is used, but the CA could not be tried with it"),
          now);
    }
    return;
  }
  if (!IsRetryable(tried) && (IsOfTheLine(tried) || ++try_refusals_ >= kMaxTryRefusals)) {
    try_refusals_ = 0;
    DropRequest();
  }
  Failed(tried, now);
}

void IdentityKeeper::PutInForce(const KeptCertificate& facts, absl::Time now) {
  if (surroundings_.outputs != nullptr) {
    const absl::Status placed = surroundings_.outputs->Put(
        MakeCredential(record_.pending, record_.pending_key_pem(), record_.roots_der));
    if (!placed.ok()) {
      Failed(placed, now);
      return;
    }
  }
  outputs_due_ = false;
  renewals_ += record_.held.empty() ? 0 : 1;
  if (record_.request->private_key_pem.empty()) {
    ++record_.renewals_of_key;
  } else {
    record_.held_key_pem = std::move(record_.request->private_key_pem);
    record_.renewals_of_key = 0;
  }
  const EnrollmentMethod method = record_.request->method;
  record_.held_shape = std::move(record_.request->shape);
  record_.refused_shape.reset();
  record_.held = std::exchange(record_.pending, {});
  record_.request.reset();
  record_.line_ended.clear();
  record_.failures = 0;
  record_.retry_at = absl::UnixEpoch();
  clock_ahead_ = facts.HasEnded(now) ? answer_ahead_ : absl::ZeroDuration();
  // By this host's clock, whatever it says.
  record_.plan = FirstPlan(
      {.not_before = facts.not_before + clock_ahead_, .not_after = facts.not_after + clock_ahead_},
      surroundings_.random_fraction(), options_.maintenance_windows, now);
  held_ = facts;
  // A request that was under way may have been for an earlier configuration.
  CompareConfiguration(now);
  info_failures_ = 0;
  last_error_ = absl::OkStatus();
  wrong_answer_.clear();
  renewed_at_ = now;
  if (const absl::Status saved = Save(); !saved.ok()) {
    Say(saved, now);
  }
  if (ClockIsAhead()) {
    Say(ClockAheadError(held_, now), now);
    error_passes_ = true;
  }
  log::Info("A certificate is in force", {{"identity", options_.name},
                                          {"serial", held_.serial},
                                          {"spiffe_id", held_.spiffe_id},
                                          {"by", InWords(method)},
                                          {"not_after", TimeToText(held_.not_after)},
                                          {"renew_at", TimeToText(record_.plan.renew_at)}});
}

void IdentityKeeper::DropRequest() {
  if (!record_.pending.empty()) {
    if (record_.request->method == EnrollmentMethod::kCertificate) {
      refused_file_der_ = record_.pending.certificate_der;
    }
    outputs_due_ = true;  // its files may be in place, where the last sync of them failed
  }
  record_.request.reset();
  record_.pending = {};
}

void IdentityKeeper::DropRefused() {
  if (record_.request.has_value()) {
    record_.refused_shape = record_.request->shape;
  }
  DropRequest();
}

bool IdentityKeeper::EndsLine(const absl::Status& status) {
  const bool ended = GetReason(status) == Reason::kCallerCertificateExpired;
  if (!IsOfTheLine(status) && !ended) {
    return false;
  }
  const std::string reason(ReasonName(*GetReason(status)));
  if (record_.line_ended == reason) {
    return true;  // it was said
  }
  record_.line_ended = reason;
  log::Warning("The line of a certificate has ended", {{"identity", options_.name},
                                                       {"serial", held_.serial},
                                                       {"reason", record_.line_ended},
                                                       {"message", status.message()}});
  return true;
}

}  // namespace fleetca::client
