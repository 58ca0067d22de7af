#include "client/renewal_info.h"

#include "client/issued.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {
namespace {

// Of an order to renew early, too. What is longer is of no use to anybody, and would be kept on
// disk.
constexpr size_t kMaxExplanationUrl = 1024;

}  // namespace

absl::StatusOr<RenewalInfo> RenewalInfoFromProto(const v1::RenewalInfoResult& result) {
  if (result.has_error() && result.error().code() != 0) {
    return StatusFromRpc(result.error());
  }
  if (!result.has_info()) {
    return AnswerInvalid("a renewal window is missing");
  }
  const v1::RenewalInfo& info = result.info();
  RenewalInfo read{.window_start = TimeFromProto(info.window_start()),
                   .window_end = TimeFromProto(info.window_end()),
                   .retry_after = absl::Seconds(info.retry_after().seconds()) +
                                  absl::Nanoseconds(info.retry_after().nanos()),
                   .explanation_url = info.explanation_url(),
                   .revoked = info.revoked()};
  if (read.explanation_url.size() > kMaxExplanationUrl) {
    read.explanation_url.clear();
  }
  if (read.window_end <= read.window_start || read.retry_after <= absl::ZeroDuration()) {
    return AnswerInvalid("a renewal window is empty, or has no time after which to ask again");
  }
  return read;
}

}  // namespace fleetca::client
