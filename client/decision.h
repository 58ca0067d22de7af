// What the CA's policy decided about a request, and by which rules.
#ifndef FLEETCA_CLIENT_DECISION_H_
#define FLEETCA_CLIENT_DECISION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace fleetca::v1 {
class Decision;
}  // namespace fleetca::v1

namespace fleetca::client {

// As the message of the same name, which says more about each.
struct Decision {
  std::string identity;
  // The rules that matched the caller ("" for none) and the identity that the certificate is for.
  std::string caller_rule;
  std::string subject_rule;
  std::string profile;
  // The identity first: "URI:spiffe://fleet.example/svc/web".
  std::vector<std::string> names;
  // Of the certificate that asked, and granted no more.
  std::vector<std::string> left_out_names;
  // "O=Fleet, CN=alice"; empty for none.
  std::string subject;
  std::vector<std::string> roles;
  // The services at which the roles count; none: all.
  std::vector<std::string> audience;
  std::vector<std::pair<std::string, std::string>> attributes;
  absl::Duration lifetime;
  absl::Duration max_lifetime;
  int64_t policy_revision = 0;
  // "crl_and_ocsp", "crl", "none"; empty where the certificate says nothing of it.
  std::string revocation;
};

Decision DecisionFromProto(const v1::Decision& decision);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_DECISION_H_
