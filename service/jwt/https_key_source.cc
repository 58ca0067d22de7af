#include "service/jwt/https_key_source.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/jwt/https_fetch.h"
#include "service/jwt/key_log.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kFirstRetry = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<HttpsKeySource>> HttpsKeySource::Create(
    HttpsKeySourceOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckHttpsUrl(options.url));
  if (std::min(options.refresh_interval, options.retry_interval) < absl::Seconds(1)) {
    return InvalidArgument(Reason::kConfigInvalid, "refresh_interval",
                           "an interval between two fetches of keys is below one second; give "
                           "the issuer more time");
  }
  const HttpsFetchOptions fetch{options.url, options.ca_file, kMaxJwksBytes};
  return Start(
      std::move(options), [fetch] { return FetchHttps(fetch); }, Clock::System());
}

absl::StatusOr<std::unique_ptr<HttpsKeySource>> HttpsKeySource::Start(HttpsKeySourceOptions options,
                                                                      Fetch fetch,
                                                                      const Clock& clock) {
  auto source = absl::WrapUnique(new HttpsKeySource(std::move(options), std::move(fetch), clock));
  FLEETCA_ASSIGN_OR_RETURN(source->thread_,
                           Thread::Start("jwks", [self = source.get()] { self->Run(); }));
  return source;
}

HttpsKeySource::HttpsKeySource(HttpsKeySourceOptions options, Fetch fetch, const Clock& clock)
    : options_(std::move(options)), fetch_(std::move(fetch)), clock_(clock) {
  work_.Set();  // the first fetch
}

HttpsKeySource::~HttpsKeySource() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  work_.Set();
  thread_.Join();
}

std::shared_ptr<const JwkSet> HttpsKeySource::Keys() {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

void HttpsKeySource::OnUnknownKey() {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  // A clock that was set back must not stop the fetches.
  if (now >= last_fetch_ + options_.retry_interval || now < last_fetch_) {
    work_.Set();
  }
}

void HttpsKeySource::Run() {
  absl::Duration wait = options_.refresh_interval;
  absl::Duration next_retry = kFirstRetry;
  while (true) {
    work_.WaitFor(wait);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
      last_fetch_ = clock_.Now();
    }
    if (Refresh()) {
      wait = options_.refresh_interval;
      next_retry = kFirstRetry;
    } else {
      wait = std::min(options_.refresh_interval, next_retry);
      next_retry = std::min(options_.refresh_interval, 2 * next_retry);
    }
  }
}

bool HttpsKeySource::Refresh() {
  absl::StatusOr<std::string> text = fetch_();
  if (text.ok() && *text == text_) {
    failure_.clear();
    return true;
  }
  absl::StatusOr<JwkSet> keys = text.ok() ? JwkSet::Parse(*text) : text.status();
  if (!keys.ok()) {
    LogFailure(keys.status());
    return false;
  }
  failure_.clear();
  if (!keys->HasElementsOf(*Keys())) {
    LogNewKeys(options_.url, *keys);
  }
  text_ = *std::move(text);
  auto fresh = std::make_shared<const JwkSet>(*std::move(keys));
  absl::MutexLock lock(&mutex_);
  keys_ = std::move(fresh);
  return true;
}

void HttpsKeySource::LogFailure(const absl::Status& error) {
  if (error.message() == failure_) {
    return;
  }
  failure_ = std::string(error.message());
  if (text_.empty()) {
    LogKeysMissing(options_.url, error);
  } else {
    LogKeysKept(options_.url, error);
  }
}

}  // namespace fleetca::service
