// An issuer's keys from its `jwks_uri`, fetched in the background.
#ifndef FLEETCA_SERVICE_JWT_HTTPS_KEY_SOURCE_H_
#define FLEETCA_SERVICE_JWT_HTTPS_KEY_SOURCE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "service/jwt/key_source.h"

namespace fleetca::service {

struct HttpsKeySourceOptions {
  std::string url;      // https://
  std::string ca_file;  // PEM roots of its server; "" for the system's
  absl::Duration refresh_interval = absl::Minutes(5);
  // The least time between two fetches for unknown keys.
  absl::Duration retry_interval = absl::Seconds(30);
};

// Fetches when made, every refresh_interval, and for an unknown key; the token that named it is
// refused meanwhile, since a caller who waits here could be anyone. Any failure keeps the keys
// before, however old, and is logged once: an issuer's outage is not the fleet's. After the first
// failure it is asked again in a second, and then after ever longer waits, refresh_interval at
// most. A set that arrives replaces them whole, so a key that is gone from it is gone;
// it is logged, with what is left out of it, unless it is the one before in another order or
// spelling. Until the first fetch there are none.
//
// Thread-safe. `clock` outlives it.
class HttpsKeySource : public KeySource {
 public:
  // The JWK set's text; called by the background thread alone.
  using Fetch = std::function<absl::StatusOr<std::string>()>;

  // INVALID_ARGUMENT kConfigInvalid: an URL that is not https, an interval below a second. The
  // errors of Thread::Start.
  static absl::StatusOr<std::unique_ptr<HttpsKeySource>> Create(HttpsKeySourceOptions options);
  // With another way to fetch than libcurl's.
  static absl::StatusOr<std::unique_ptr<HttpsKeySource>> Start(HttpsKeySourceOptions options,
                                                               Fetch fetch, const Clock& clock);
  HttpsKeySource(const HttpsKeySource&) = delete;
  HttpsKeySource& operator=(const HttpsKeySource&) = delete;
  // Waits for a fetch under way, its time limit at most.
  ~HttpsKeySource() override;

  std::shared_ptr<const JwkSet> Keys() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnUnknownKey() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  HttpsKeySource(HttpsKeySourceOptions options, Fetch fetch, const Clock& clock);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // False when the keys stay as they were.
  [[nodiscard]] bool Refresh() ABSL_LOCKS_EXCLUDED(mutex_);
  // Once for each failure that differs from the one before.
  void LogFailure(const absl::Status& error);

  const HttpsKeySourceOptions options_;
  const Fetch fetch_;
  const Clock& clock_;
  // Of the background thread alone: what the keys were read from, and what went wrong last.
  std::string text_;
  std::string failure_;
  absl::Mutex mutex_;
  std::shared_ptr<const JwkSet> keys_ ABSL_GUARDED_BY(mutex_) = std::make_shared<const JwkSet>();
  absl::Time last_fetch_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent work_;  // a fetch is wanted before its time, or stopping_ was set
  Thread thread_;     // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_HTTPS_KEY_SOURCE_H_
