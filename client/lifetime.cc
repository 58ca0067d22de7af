#include "client/lifetime.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "google/protobuf/duration.pb.h"

namespace fleetca::client {

absl::Status SetLifetime(absl::Duration lifetime, google::protobuf::Duration* out) {
  const int64_t seconds = absl::ToInt64Seconds(lifetime);
  if (seconds <= 0 || absl::Seconds(seconds) != lifetime) {
    return InvalidArgument(Reason::kLifetimeInvalid, "lifetime",
                           absl::StrCat("a lifetime is a positive number of whole seconds, not ",
                                        absl::FormatDuration(lifetime)));
  }
  out->set_seconds(seconds);
  return absl::OkStatus();
}

}  // namespace fleetca::client
