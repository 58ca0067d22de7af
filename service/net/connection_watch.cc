#include "service/net/connection_watch.h"

#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "service/net/socket_state.h"

namespace fleetca::service {
namespace {

// A connection that said nothing, or was not answered, may be replaced from this age on: before, it
// may just have come.
constexpr absl::Duration kSilentAge = absl::Milliseconds(100);
constexpr absl::Duration kUnansweredAge = absl::Seconds(1);

// The kernel counts a FIN as an octet.
constexpr uint64_t kSilent = 1;

// What a connection may send in message_timeout beside messages: pings and settings.
constexpr uint64_t kChatter = 1024;

// What a connection may have brought, without credit, that no flood comes over: a handshake and
// some calls.
constexpr uint64_t kNoFlood = 32 << 10;

// How long it may look as if bytes belonged to no call: the call may be about to begin.
constexpr absl::Duration kOutsideTime = absl::Milliseconds(250);

constexpr size_t kMostDiscarded = size_t{64} << 20;

// Connections that one look asks about.
constexpr size_t kLooksAtOnce = 1000;

}  // namespace

bool ConnectionWatch::MakeRoomFor(const PeerAddress& peer, absl::Time now) {
  const auto of_address = per_address_.find(peer.ip);
  if (!peer.IsLoopback() && of_address != per_address_.end() &&
      of_address->second >= limits_.max_per_address) {
    const auto replaced = FindReplaceable(now, &peer.ip);
    if (replaced == watched_.end()) {
      return false;
    }
    ShutDown(replaced, "its place was needed: max_connections_per_address is reached", now);
  }
  if (watched_.size() >= limits_.max_connections) {
    const auto replaced = FindReplaceable(now, nullptr);
    if (replaced == watched_.end()) {
      return false;
    }
    ShutDown(replaced, "its place was needed: max_connections is reached", now);
  }
  return true;
}

ConnectionWatch::List::iterator ConnectionWatch::FindReplaceable(
    absl::Time now, const PeerAddress::Ip* of_address) {
  auto unanswered = watched_.end();
  auto idle = watched_.end();
  for (auto one = watched_.begin(); one != watched_.end(); ++one) {
    if ((of_address != nullptr && one->connection->peer().ip != *of_address) ||
        one->connection->working()) {
      continue;
    }
    const absl::Duration age = now - one->since;
    if (!one->connection->answered()) {
      if (one->received <= kSilent && age >= kSilentAge) {
        return one;
      }
      if (unanswered == watched_.end() && age >= kUnansweredAge) {
        unanswered = one;
      }
    } else if (now - one->progress_at >= limits_.idle_before_replaced &&
               (idle == watched_.end() || one->progress_at < idle->progress_at)) {
      idle = one;
    }
  }
  return unanswered != watched_.end() ? unanswered : idle;
}

void ConnectionWatch::Add(const PeerAddress& peer, Descriptor duplicate, absl::Time now) {
  Watched one;
  one.connection = std::make_shared<Connection>(peer);
  one.duplicate = std::move(duplicate);
  one.since = now;
  one.progress_at = now;
  one.window_at = now;
  table_->Add(one.connection);
  ++per_address_[peer.ip];
  watched_.push_back(std::move(one));
}

void ConnectionWatch::Look(absl::Time now) {
  if (const auto flooding = callers_->Look(now); !flooding.empty()) {
    ShutDownFloodsOf(flooding, now);
  }
  const size_t looks = std::min(watched_.size(), kLooksAtOnce);
  for (size_t i = 0; i < looks; ++i) {
    if (next_ == watched_.end()) {
      next_ = watched_.begin();
    }
    next_ = LookAt(next_, now);
  }
  BoundTheSums(now);
}

ConnectionWatch::List::iterator ConnectionWatch::LookAt(List::iterator one, absl::Time now) {
  switch (Judge(*one, now)) {
    case Verdict::kStays:
      return std::next(one);
    case Verdict::kEnded:
      if (!one->connection->answered() && one->received > kSilent) {
        NoteEnd(*one, log::Level::kInfo,
                "it ended before a call of it was answered, or with errors alone", now);
      }
      return Forget(one);
    case Verdict::kUnansweredBytes:
      return ShutDown(one, "it sent too much without an answer", now);
    case Verdict::kOutsideCalls:
      return ShutDown(one, "it sent too much that belongs to no call", now);
    case Verdict::kMessageTimeout:
      return ShutDown(one, "a message of it was not finished in time", now);
    case Verdict::kNoCall:
      return ShutDown(one, "it made no call that could be answered", now);
    case Verdict::kCallerShare:
      return ShutDown(one, "its caller has max_connections_per_caller already", now);
  }
  return std::next(one);
}

ConnectionWatch::Verdict ConnectionWatch::Judge(Watched& one, absl::Time now) {
  Connection& connection = *one.connection;
  // The credit first: whatever it is for was received before.
  const uint64_t credit = connection.TakeCredit();
  const std::optional<SocketState> state = ReadSocketState(one.duplicate.get());
  if (!state.has_value()) {
    return Verdict::kEnded;
  }
  const uint64_t more = state->bytes_received - one.received;
  one.unanswered += more;
  one.unanswered -= std::min(one.unanswered, credit);
  one.received = state->bytes_received;
  if (!state->open) {
    return Verdict::kEnded;
  }
  if (const uint64_t progress = connection.progress();
      progress != one.progress || connection.working()) {
    one.progress = progress;
    one.progress_at = now;
    one.window_at = now;
    one.window_begin = one.received;
  }
  if (one.unanswered > limits_.unanswered_bytes) {
    return Verdict::kUnansweredBytes;
  }
  if (IsOutsideCalls(one, more, now)) {
    return Verdict::kOutsideCalls;
  }
  if (one.caller.empty() && connection.caller_known()) {
    one.caller = connection.caller();
    if (++per_caller_[one.caller] > limits_.max_per_caller) {
      return Verdict::kCallerShare;
    }
  }
  if (!connection.answered() && now - one.progress_at >= limits_.first_answer_timeout) {
    return Verdict::kNoCall;
  }
  if (now - one.window_at >= limits_.message_timeout) {
    if (one.received - one.window_begin > kChatter) {
      return Verdict::kMessageTimeout;
    }
    one.window_at = now;
    one.window_begin = one.received;
  }
  return Verdict::kStays;
}

// Of a flooding caller those connections that are known to be his: of the others nobody knows whose
// they are, and what they bring belongs to no call that has begun.
void ConnectionWatch::ShutDownFloodsOf(const absl::flat_hash_set<std::string>& callers,
                                       absl::Time now) {
  for (auto one = watched_.begin(); one != watched_.end();) {
    one = one->unanswered > kNoFlood && callers.contains(one->caller)
              ? ShutDown(one, "its caller goes on and on making calls that are refused", now)
              : std::next(one);
  }
}

// Calls with large messages begin when their headers arrive (service/call/upload_call.h), a little
// later when the connection brings more and more meanwhile.
bool ConnectionWatch::IsOutsideCalls(Watched& one, uint64_t more, absl::Time now) const {
  const Connection& connection = *one.connection;
  if (const uint64_t signs = connection.signs(); signs != one.signs) {
    one.signs = signs;
    one.outside = 0;
  } else {
    one.outside += more;
  }
  if (one.outside <= limits_.bytes_outside_calls || connection.unfinished() > 0) {
    one.outside_since = absl::InfiniteFuture();
    return false;
  }
  one.outside_since = std::min(one.outside_since, now);
  // A new connection cannot bring as much before its first calls have begun: HTTP/2 lets it send 64
  // KiB of each.
  return !connection.caller_known() || now - one.outside_since >= kOutsideTime;
}

void ConnectionWatch::BoundTheSums(absl::Time now) {
  uint64_t sum = 0;
  for (const Watched& one : watched_) {
    sum += one.unanswered;
  }
  if (sum <= std::min(limits_.unanswered_bytes_per_caller, limits_.unanswered_bytes_in_all)) {
    return;
  }
  absl::flat_hash_map<std::string, uint64_t> shares;
  const auto group = [](const Watched& one) {
    return one.caller.empty() ? one.connection->peer().IpToString() : one.caller;
  };
  for (const Watched& one : watched_) {
    shares[group(one)] += one.unanswered;
  }
  while (true) {
    const auto largest =
        std::max_element(shares.begin(), shares.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (sum <= limits_.unanswered_bytes_in_all &&
        largest->second <= limits_.unanswered_bytes_per_caller) {
      return;
    }
    auto worst = watched_.end();
    for (auto one = watched_.begin(); one != watched_.end(); ++one) {
      if (group(*one) == largest->first &&
          (worst == watched_.end() || one->unanswered > worst->unanswered)) {
        worst = one;
      }
    }
    if (worst == watched_.end()) {
      return;
    }
    sum -= worst->unanswered;
    largest->second -= worst->unanswered;
    ShutDown(worst, "its caller sent too much without answers, over all connections", now);
  }
}

ConnectionWatch::List::iterator ConnectionWatch::ShutDown(List::iterator one, absl::string_view why,
                                                          absl::Time now) {
  NoteEnd(*one, log::Level::kWarning, why, now);
  shutdown(one->duplicate.get(), SHUT_RDWR);
  // gRPC would still read, and work on, what has come in: take it away (MSG_TRUNC, tcp(7)).
  while (recv(one->duplicate.get(), nullptr, kMostDiscarded, MSG_TRUNC | MSG_DONTWAIT) > 0) {
  }
  return Forget(one);
}

ConnectionWatch::List::iterator ConnectionWatch::Forget(List::iterator one) {
  const auto decrease = [](auto& counts, const auto& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second == 0) {
      counts.erase(found);
    }
  };
  ++ended_;
  table_->Remove(*one->connection);
  decrease(per_address_, one->connection->peer().ip);
  if (!one->caller.empty()) {
    decrease(per_caller_, one->caller);
  }
  const bool was_next = one == next_;
  const auto after = watched_.erase(one);
  if (was_next) {
    next_ = after;
  }
  return after;
}

void ConnectionWatch::NoteEnd(const Watched& one, log::Level level, absl::string_view why,
                              absl::Time now) {
  uint64_t suppressed = 0;
  if (log::Enabled(level) && limiter_.Allow(now, &suppressed)) {
    log::Write(level, "A connection was refused or closed",
               {{"port", name_},
                {"peer", one.connection->peer().ToString()},
                {"caller", one.caller},
                {"reason", why},
                {"bytes_received", one.received},
                {"age_ms", absl::ToInt64Milliseconds(now - one.since)},
                {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::service
