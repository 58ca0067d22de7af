#include "client/cli/server_wait.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/cli/terminal/output.h"
#include "client/connection_error.h"
#include "grpcpp/support/time.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kSilence = absl::Seconds(1);

// What is waited for, as the beginning of a sentence; "" for a failure that does not pass by
// itself.
absl::string_view WhatToWaitFor(const absl::Status& status) {
  if (NothingListens(status)) {
    return "nothing listens at the CA's address yet";
  }
  if (absl::IsDeadlineExceeded(status) && GetReason(status) == Reason::kServerUnreachable) {
    return "the CA does not answer yet";
  }
  if (absl::IsUnavailable(status) && GetReason(status) == Reason::kDraining) {
    return "the server is stopping";
  }
  return "";
}

}  // namespace

bool ServerWait::operator()(const absl::Status& status) {
  const absl::string_view what = WhatToWaitFor(status);
  if (what.empty()) {
    return false;
  }
  start_ = std::min(start_, absl::Now());
  if (!said_ && absl::Now() - start_ >= kSilence) {
    said_ = true;
    Say(absl::StrCat(what, "; waiting for the server, for up to ", timeout_,
                     why_there_.empty() ? "" : absl::StrCat(" (", why_there_, ")")));
  }
  return true;
}

void AwaitConnection(grpc::Channel& channel, absl::Duration remaining, absl::string_view address) {
  const absl::Time start = absl::Now();
  const absl::Time end = start + remaining;
  absl::Time until = std::min(start + kSilence, end);
  while (true) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state != GRPC_CHANNEL_IDLE && state != GRPC_CHANNEL_CONNECTING) {
      return;
    }
    if (channel.WaitForStateChange(state, absl::ToChronoTime(until))) {
      continue;
    }
    if (until == end) {
      return;
    }
    until = end;
    Say(absl::StrCat("no connection to the CA at ", address, " yet; waiting for it, for up to ",
                     absl::FormatDuration(absl::Ceil(remaining, absl::Seconds(1)))));
  }
}

}  // namespace fleetca::client
