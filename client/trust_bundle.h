// The roots that relying parties trust, as a CA gives them out.
#ifndef FLEETCA_CLIENT_TRUST_BUNDLE_H_
#define FLEETCA_CLIENT_TRUST_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fleetca::v1 {
class GetTrustBundleResponse;
}  // namespace fleetca::v1

namespace fleetca::client {

struct TrustBundle {
  std::string trust_domain;
  std::vector<std::string> roots_der;
  // Changes exactly when the bundle does.
  std::string version;
};

// At least one root, each a CA certificate: DATA_LOSS kAnswerInvalid otherwise. Whether the answer
// came from the CA is the connection's to know.
absl::StatusOr<TrustBundle> TrustBundleFromProto(const v1::GetTrustBundleResponse& response);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_BUNDLE_H_
