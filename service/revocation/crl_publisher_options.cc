#include "service/revocation/crl_publisher_options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kMinDelay = absl::Seconds(1);
constexpr absl::Duration kMinValidity = absl::Minutes(10);

}  // namespace

absl::Status CheckCrlPublisherOptions(const CrlPublisherOptions& options) {
  const auto wrong = [](absl::string_view field, absl::string_view message) {
    return InvalidArgument(Reason::kConfigInvalid, field, message);
  };
  if (options.shards < 1 || options.shards > kMaxCrlShards) {
    return wrong("shards",
                 absl::StrCat("There are ", options.shards, " shards; give 1 to ", kMaxCrlShards));
  }
  if (options.base_url.empty()) {
    return wrong("base_url", "The URL of the CRLs is empty; give the one that certificates name");
  }
  if (options.validity < kMinValidity || options.delay < kMinDelay ||
      options.delay > options.validity / 2) {
    return wrong("validity",
                 "A CRL must be valid for 10 minutes or more, and a revocation be in "
                 "it after 1 second to half of that");
  }
  if (options.batch < 1 || options.expired_grace < absl::ZeroDuration()) {
    return wrong("batch", "A batch has 1 CRL or more, and the grace is not negative");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
