#include "client/cli/server_wait.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "client/cli/output.h"
#include "client/connection_error.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kSilence = absl::Seconds(1);

}  // namespace

bool ServerWait::operator()(const absl::Status& status) {
  if (!NothingListens(status)) {
    return false;
  }
  if (!said_ && absl::Now() - start_ >= kSilence && isatty(STDERR_FILENO) == 1) {
    said_ = true;
    Say(absl::StrCat("nothing listens there yet; waiting for the server, for up to ", timeout_));
  }
  return true;
}

}  // namespace fleetca::client
