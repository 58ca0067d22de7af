#include "service/jwt/https_key_source.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "service/jwt/https_fetch.h"
#include "service/jwt/key_log.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<HttpsKeySource>> HttpsKeySource::Create(
    HttpsKeySourceOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckHttpsUrl(options.url));
  if (std::min(options.refresh_interval, options.retry_interval) < absl::Seconds(1)) {
    return InvalidArgument(Reason::kConfigInvalid, "refresh_interval",
                           "an interval between two fetches of keys is below one second; give "
                           "the issuer more time");
  }
  const HttpsFetchOptions fetch{options.url, options.ca_file, kMaxJwksBytes};
  return std::make_unique<HttpsKeySource>(
      std::move(options), [fetch] { return FetchHttps(fetch); }, Clock::System());
}

HttpsKeySource::HttpsKeySource(HttpsKeySourceOptions options, Fetch fetch, const Clock& clock)
    : options_(std::move(options)),
      fetch_(std::move(fetch)),
      clock_(clock),
      thread_([this] { Run(); }) {}

HttpsKeySource::~HttpsKeySource() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
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
    wanted_ = true;
  }
}

void HttpsKeySource::Run() {
  absl::Duration wait = options_.refresh_interval;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &HttpsKeySource::HasWork), wait);
      if (stopping_) {
        return;
      }
      wanted_ = false;
      last_fetch_ = clock_.Now();
    }
    wait = Refresh() ? options_.refresh_interval
                     : std::min(options_.refresh_interval, options_.retry_interval);
  }
}

bool HttpsKeySource::Refresh() {
  absl::StatusOr<std::string> text = fetch_();
  if (text.ok() && *text == text_) {
    return true;
  }
  absl::StatusOr<JwkSet> keys = text.ok() ? JwkSet::Parse(*text) : text.status();
  if (!keys.ok()) {
    LogKeysKept(options_.url, keys.status());
    return false;
  }
  LogNewKeys(options_.url, *keys);
  text_ = *std::move(text);
  auto fresh = std::make_shared<const JwkSet>(*std::move(keys));
  absl::MutexLock lock(&mutex_);
  keys_ = std::move(fresh);
  return true;
}

}  // namespace fleetca::service
