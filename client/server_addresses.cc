#include "client/server_addresses.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/random.h"

namespace fleetca::client {
namespace {

size_t RandomBelow(size_t bound) {
  uint32_t value = 0;
  // Spreading is a courtesy: a client does not fail where there is no randomness.
  (void)RandomBytes(absl::MakeSpan(reinterpret_cast<char*>(&value), sizeof(value)));
  return bound == 0 ? 0 : value % bound;
}

// Whether the failure is one of this server, which another one may not have.
bool IsOfOneServer(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return true;
    // Something else than the CA listens there.
    case absl::StatusCode::kUnimplemented:
      return GetReason(status) == Reason::kServerUnreachable;
    case absl::StatusCode::kFailedPrecondition:
      return GetReason(status) == Reason::kServerIdentity;
    default:
      return false;
  }
}

bool Spoke(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  return reason.has_value() && *reason != Reason::kServerUnreachable;
}

// One error for those of all servers.
absl::Status Joined(const std::vector<absl::Status>& failures) {
  if (failures.size() == 1) {
    return failures.front();
  }
  const absl::Status* chosen = &failures.front();
  for (const absl::Status& failure : failures) {
    if (!Spoke(*chosen) && Spoke(failure)) {
      chosen = &failure;
    }
  }
  const std::string words =
      absl::StrCat("none of the CA's ", failures.size(), " servers took the call: ",
                   absl::StrJoin(failures, "; ", [](std::string* out, const absl::Status& failure) {
                     absl::StrAppend(out, failure.message());
                   }));
  const std::optional<Reason> reason = GetReason(*chosen);
  absl::Status status = reason.has_value()
                            ? MakeError(chosen->code(), *reason, GetField(*chosen), words)
                            : absl::Status(chosen->code(), words);
  const std::optional<absl::Duration> delay = GetRetryDelay(*chosen);
  return delay.has_value() ? WithRetryDelay(std::move(status), *delay) : status;
}

}  // namespace

ServerAddresses::ServerAddresses(std::vector<std::string> addresses, std::optional<size_t> first)
    : addresses_(std::move(addresses)), current_(first.value_or(RandomBelow(addresses_.size()))) {}

absl::Status ServerAddresses::Try(
    absl::FunctionRef<absl::Status(const std::string& address)> attempt) {
  if (addresses_.empty()) {
    return InvalidArgument(Reason::kConfigInvalid, "addresses",
                           "no address of the CA is given for this call");
  }
  size_t first = 0;
  {
    const absl::MutexLock lock(&mutex_);
    first = current_;
  }
  std::vector<absl::Status> failures;
  for (size_t i = 0; i < addresses_.size(); ++i) {
    const size_t at = (first + i) % addresses_.size();
    absl::Status status = attempt(addresses_[at]);
    if (!status.ok() && IsOfOneServer(status)) {
      failures.push_back(std::move(status));
      continue;
    }
    const absl::MutexLock lock(&mutex_);
    current_ = at;
    return status;
  }
  return Joined(failures);
}

}  // namespace fleetca::client
