// When a certificate should be renewed, as the CA says it.
#ifndef FLEETCA_CLIENT_RENEWAL_INFO_H_
#define FLEETCA_CLIENT_RENEWAL_INFO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleetca::v1 {
class RenewalInfoResult;
}  // namespace fleetca::v1

namespace fleetca::client {

// The message says more.
struct RenewalInfo {
  // A time in the window, evenly at random, is when to renew; one that is past means now.
  absl::Time window_start;
  absl::Time window_end;
  // When to ask again.
  absl::Duration retry_after;
  // At most 1,024 octets: left out where it is longer.
  std::string explanation_url;
  bool revoked = false;
};

// DATA_LOSS kAnswerInvalid for a window that is empty or not a time to ask again; the error that
// the result has.
absl::StatusOr<RenewalInfo> RenewalInfoFromProto(const v1::RenewalInfoResult& result);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_RENEWAL_INFO_H_
