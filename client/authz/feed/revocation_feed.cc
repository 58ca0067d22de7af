#include "client/authz/feed/revocation_feed.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "base/time_since_boot.h"
#include "base/time_text.h"
#include "client/channel.h"
#include "client/connection_error.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

// A heartbeat comes every 5 s, and may be late.
constexpr absl::Duration kLeastSilence = absl::Seconds(7);
constexpr absl::Duration kMostSilence = absl::Seconds(15);
// A page of the feed is less than a tenth of it.
constexpr int kMaxMessageBytes = 1 << 20;
constexpr absl::Duration kLossLinePeriod = absl::Seconds(60);
constexpr absl::Duration kForgetEvery = absl::Hours(1);
// A certificate that has expired for so long is refused as such, though the clock be set back a
// little.
constexpr absl::Duration kForgetAfter = absl::Hours(24);

absl::Duration SilenceFor(const Revocations& revocations) {
  return std::clamp(revocations.options().max_age / 2, kLeastSilence, kMostSilence);
}

// Of regular files alone: they are read anew for each connection, and a pipe would be waited for.
absl::StatusOr<TlsIdentity> LoadIdentity(const RevocationFeedOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsParts parts, ReadTlsParts(options.files, FileKind::kRegular));
  return MakeTlsIdentity(parts, options.files, options.clock->Now());
}

// For ever: a certificate that is refused may be replaced, and a CA that is wrong be mended.
Backoff MakeBackoff(const RevocationFeedOptions& options) {
  BackoffOptions backoff = options.backoff;
  backoff.max_attempts = std::numeric_limits<int>::max();
  backoff.wait_through = nullptr;
  return Backoff(std::move(backoff), *options.clock, absl::InfiniteFuture());
}

// Backoff gives up what another attempt cannot mend; here every failure is waited through.
absl::Duration DelayAfter(const absl::Status& why, Backoff& backoff) {
  const absl::Status counted =
      IsRetryable(why) ? why : Unavailable(Reason::kServerUnreachable, why.message());
  return backoff.DelayAfter(counted).value_or(absl::Seconds(1));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RevocationFeed>> RevocationFeed::Start(
    RevocationFeedOptions options, std::shared_ptr<Revocations> revocations) {
  const absl::Status usable = LoadIdentity(options).status();
  if (!usable.ok() && GetReason(usable) != Reason::kCallerCertificateExpired) {
    return usable;
  }
  auto feed = absl::WrapUnique(new RevocationFeed(std::move(options), std::move(revocations)));
  FLEETCA_ASSIGN_OR_RETURN(feed->thread_,
                           Thread::Start("revocations", [self = feed.get()] { self->Run(); }));
  return feed;
}

RevocationFeed::RevocationFeed(RevocationFeedOptions options,
                               std::shared_ptr<Revocations> revocations)
    : options_(std::move(options)),
      revocations_(std::move(revocations)),
      silence_(SilenceFor(*revocations_)),
      reader_(*revocations_),
      losses_(1, kLossLinePeriod) {}

RevocationFeed::~RevocationFeed() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (stream_ != nullptr) {
      stream_->Cancel();
    }
  }
  stop_.Set();
  thread_.Join();
}

bool RevocationFeed::Pause(absl::Duration duration) {
  stop_.WaitFor(duration);
  absl::MutexLock lock(&mutex_);
  return !stopping_;
}

bool RevocationFeed::Adopt(RevocationStream* stream) {
  absl::MutexLock lock(&mutex_);
  stream_ = stream;
  return !stopping_;
}

void RevocationFeed::Run() {
  std::optional<Backoff> backoff(MakeBackoff(options_));
  while (true) {
    const absl::Status why = Follow();
    if (following_) {
      backoff.emplace(MakeBackoff(options_));
    }
    // Jittered, also after a CA that shuts down: all verifiers of the fleet hear that at once.
    const absl::Duration delay = DelayAfter(why, *backoff);
    if (!Pause(absl::ZeroDuration())) {
      return;
    }
    following_ = false;
    if (!PauseAfter(why, delay)) {
      return;
    }
  }
}

bool RevocationFeed::PauseAfter(const absl::Status& why, absl::Duration delay) {
  LogLoss(why);
  // That nothing was heard for long is said when it is so, not after the next attempt.
  const absl::Duration left =
      silence_ - revocations_->Describe(TimeSinceBoot()).age + absl::Milliseconds(1);
  if (left > absl::ZeroDuration() && left < delay) {
    if (!Pause(left)) {
      return false;
    }
    LogLoss(why);
    delay -= left;
  }
  return Pause(delay);
}

absl::Status RevocationFeed::Follow() {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, LoadIdentity(options_));
  ChannelOptions channel;
  channel.address = options_.address;
  channel.server_name = options_.server_name;
  channel.max_answer_bytes = kMaxMessageBytes;
  RevocationStream stream(MakeChannel(channel, identity.credentials), reader_.Begin());
  absl::Status why = Cancelled(Reason::kCancelled, "The verifier is stopping");
  if (Adopt(&stream)) {
    why = ReadAll(stream);
  }
  Adopt(nullptr);
  return why;
}

absl::Status RevocationFeed::ReadAll(RevocationStream& stream) {
  v1::WatchRevocationsResponse message;
  while (stream.Read(silence_, &message)) {
    const absl::StatusOr<bool> current = reader_.Take(message, TimeSinceBoot());
    if (!current.ok()) {
      return current.status();
    }
    if (*current) {
      NoteCurrent();
    }
  }
  const absl::Status why = stream.Finish();
  return why.ok() ? Unavailable(Reason::kServerUnreachable, "The CA has ended the stream")
                  : ExplainConnectionError(why, options_.address, options_.files);
}

void RevocationFeed::NoteCurrent() {
  ForgetExpired();
  if (following_) {
    return;
  }
  following_ = true;
  log::Write(std::exchange(told_loss_, false) ? log::Level::kInfo : log::Level::kDebug,
             "Revocations are known and followed",
             {{"server", options_.address},
              {"known", KnowledgeInWords(revocations_->Describe(TimeSinceBoot()))}});
}

void RevocationFeed::ForgetExpired() {
  const absl::Time now = SteadyTime();
  if (now - forgotten_at_ < kForgetEvery) {
    return;
  }
  forgotten_at_ = now;
  // By this machine's clock, which judges the dates of certificates too: not by what the feed says.
  revocations_->ForgetBelow(x509::SerialLowerBound(options_.clock->Now() - kForgetAfter));
}

void RevocationFeed::LogLoss(const absl::Status& why) {
  const Revocations::Knowledge known = revocations_->Describe(TimeSinceBoot());
  const bool away = known.age > silence_;
  uint64_t suppressed = 0;
  // That it is away is said once, and then once a minute that it goes on.
  if (away && !losses_.Allow(SteadyTime(), &suppressed) && told_loss_) {
    return;
  }
  told_loss_ = told_loss_ || away;
  const bool deny = revocations_->options().when_stale == WhenStale::kDeny;
  log::Write(away ? log::Level::kWarning : log::Level::kDebug,
             "Revocations are not followed; trying again",
             {{"server", options_.address},
              {"why", why.message()},
              {"known", KnowledgeInWords(known)},
              {"then", absl::StrCat("callers are ", deny ? "refused" : "let pass unchecked",
                                    " once that is older than ",
                                    absl::FormatDuration(revocations_->options().max_age))}});
}

}  // namespace fleetca::client
