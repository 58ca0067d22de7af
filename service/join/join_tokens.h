// Making, listing and revoking join tokens.
#ifndef FLEETCA_SERVICE_JOIN_JOIN_TOKENS_H_
#define FLEETCA_SERVICE_JOIN_JOIN_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "service/caller/caller.h"
#include "service/policy/current_policy.h"
#include "service/time/clock_rule.h"
#include "store/join_token.h"
#include "store/store.h"

namespace fleetca::service {

inline constexpr size_t kMaxTokensPerCall = 1000;
inline constexpr absl::Duration kDefaultTokenLifetime = absl::Minutes(10);
inline constexpr absl::Duration kMaxTokenLifetime = absl::Hours(24 * 30);
inline constexpr uint32_t kMaxTokenUses = 100000;
// How long a token is kept after it expired, for whoever asks what became of it.
inline constexpr absl::Duration kTokenRetention = absl::Hours(24 * 30);

struct NewTokensRequest {
  std::vector<absl::string_view> identities;  // one token for each
  absl::string_view profile;
  absl::Duration lifetime = kDefaultTokenLifetime;
  uint32_t uses = 1;
};

struct NewToken {
  SecretBytes token;
  store::JoinTokenState state;
};

struct TokenListRequest {
  absl::string_view identity;  // empty: all
  bool usable_only = false;
  size_t limit = 100;
  std::string from;  // where the list goes on; empty: from its start
};

struct TokenList {
  std::vector<store::JoinTokenState> tokens;
  std::string next;  // `from` of the next page; empty: this is the last
};

// Whoever calls has the right to manage tokens; the port's access check sees to that. What a call
// changes is written to the log with who did it. UNAVAILABLE kClockRefused while the clock is not
// believed. Thread-safe; the references outlive it.
class JoinTokens {
 public:
  JoinTokens(store::Store& store, const CurrentPolicy& policies, const ClockRule& clock_rule)
      : store_(store), policies_(policies), clock_rule_(clock_rule) {}
  JoinTokens(const JoinTokens&) = delete;
  JoinTokens& operator=(const JoinTokens&) = delete;

  // All or none, in one synced write. PERMISSION_DENIED kCallerNotAllowed for a certificate that
  // the creator may not ask for; INVALID_ARGUMENT: kRequestEmpty, kRequestTooLarge, kSanInvalid
  // (identities), kLifetimeInvalid, kConfigInvalid (uses).
  absl::StatusOr<std::vector<NewToken>> Create(const Caller& creator,
                                               const NewTokensRequest& request);

  // Looks at a bounded number of tokens: a page may be short and not be the last.
  absl::StatusOr<TokenList> List(const TokenListRequest& request) const;

  // By ids, all or none. NOT_FOUND kNotFound names the id. Returns what they are now.
  absl::StatusOr<std::vector<store::JoinTokenState>> Revoke(const Caller& revoker,
                                                            absl::Span<const std::string> ids);

 private:
  // Never before what the store has seen, which is minutes at most; UNAVAILABLE kClockRefused.
  absl::StatusOr<absl::Time> Now() const;
  absl::StatusOr<std::string> FindHash(absl::string_view id) const;
  // Forgets those that expired long ago, now and then.
  void DropOld(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  store::Store& store_;
  const CurrentPolicy& policies_;
  const ClockRule& clock_rule_;
  absl::Mutex mutex_;
  absl::Time last_drop_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JOIN_JOIN_TOKENS_H_
