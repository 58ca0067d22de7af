#include "client/authz/revocations.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/time_text.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kAllowedLinePeriod = absl::Seconds(10);

absl::Status RevokedError(absl::string_view serial, const RevokedSince& since) {
  const auto reason = x509::RevocationReasonOfNumber(since.reason);
  return PermissionDenied(
      Reason::kCertificateRevoked,
      absl::StrCat(
          "The caller's certificate ", absl::BytesToHexString(serial), " was revoked on ",
          TimeToWords(since.revoked_at), " (",
          x509::RevocationReasonName(reason.value_or(x509::RevocationReason::kUnspecified)),
          "); connect with one that is not, or ask the CA's operator why"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<Revocations>> Revocations::Create(RevocationsOptions options) {
  if (options.max_age < kLeastMaxAge) {
    return InvalidArgument(
        Reason::kConfigInvalid, "max_age",
        absl::StrCat("Revocations cannot be known to be newer than ",
                     absl::FormatDuration(options.max_age),
                     " at any time, as the CA says every 5s that it has no others; allow them an "
                     "age of ",
                     absl::FormatDuration(kLeastMaxAge), " or more"));
  }
  if (options.max_revoked == 0) {
    return InvalidArgument(
        Reason::kConfigInvalid, "max_revoked",
        "No revoked certificate can be remembered; set max_revoked to 1 or more");
  }
  return std::shared_ptr<Revocations>(new Revocations(options));
}

Revocations::Revocations(RevocationsOptions options)
    : options_(options), allowed_lines_(1, kAllowedLinePeriod) {}

absl::Duration Revocations::AgeAt(absl::Time now) const {
  const int64_t arrived = arrived_ns_.load(std::memory_order_acquire);
  return arrived == kNever ? absl::InfiniteDuration()
                           : absl::Nanoseconds(absl::ToUnixNanos(now) - arrived);
}

absl::Status Revocations::Check(absl::string_view serial, absl::Time now) const {
  if (const std::optional<RevokedSince> since = serials_.Find(serial); since.has_value()) {
    refused_revoked_.fetch_add(1, std::memory_order_relaxed);
    return RevokedError(serial, *since);
  }
  return ABSL_PREDICT_TRUE(AgeAt(now) <= options_.max_age) ? absl::OkStatus() : CheckAge(now);
}

absl::Status Revocations::CheckAge(absl::Time now) const {
  if (options_.when_stale == WhenStale::kAllow) {
    allowed_stale_.fetch_add(1, std::memory_order_relaxed);
    LogAllowed(now);
    return absl::OkStatus();
  }
  refused_stale_.fetch_add(1, std::memory_order_relaxed);
  return Unavailable(Reason::kRevocationsUnknown,
                     "The service does not know at the moment which certificates are revoked, and "
                     "believes none until it does; retry in a few seconds");
}

void Revocations::LogAllowed(absl::Time now) const {
  uint64_t suppressed = 0;
  if (allowed_lines_.Allow(now, &suppressed)) {
    log::Warning("A caller passes though it is not known whether its certificate was revoked",
                 {{"known", KnowledgeInWords(Describe(now))}, {"not_logged_before", suppressed}});
  }
}

Revocations::Knowledge Revocations::Describe(absl::Time now) const {
  Knowledge knowledge{.age = AgeAt(now),
                      .revoked = serials_.size(),
                      .refused_revoked = refused_revoked_.load(std::memory_order_relaxed),
                      .refused_stale = refused_stale_.load(std::memory_order_relaxed),
                      .allowed_stale = allowed_stale_.load(std::memory_order_relaxed)};
  knowledge.stale = knowledge.age > options_.max_age;
  absl::MutexLock lock(&mutex_);
  knowledge.sequence = sequence_;
  if (loaded_) {
    knowledge.as_of = as_of_;
  }
  return knowledge;
}

bool Revocations::AwaitLoaded(absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&loaded_), patience);
}

void Revocations::SetCurrent(absl::Time as_of, absl::Time arrived) {
  absl::MutexLock lock(&mutex_);
  as_of_ = as_of;
  loaded_ = true;
  arrived_ns_.store(absl::ToUnixNanos(arrived), std::memory_order_release);
}

void Revocations::SetSequence(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  sequence_ = sequence;
}

std::string KnowledgeInWords(const Revocations::Knowledge& knowledge) {
  if (!knowledge.as_of.has_value()) {
    return "what is revoked was not read yet";
  }
  return absl::StrCat(knowledge.revoked,
                      knowledge.revoked == 1 ? " certificate is" : " certificates are",
                      " known to be revoked, as of ", TimeToWords(*knowledge.as_of), ", ",
                      absl::ToInt64Seconds(knowledge.age), "s ago");
}

}  // namespace fleetca::client
