// What differs between two certificates, or a certificate and a CSR, field by field.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_OBJECT_DIFFERENCE_H_
#define FLEETCA_CLIENT_CLI_LOCAL_OBJECT_DIFFERENCE_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace fleetca::client {

// One field that is not the same. Of a list, which counts as a set, the values that one side alone
// has; of anything else its value on each side, empty where a side does not have the field.
struct FieldDifference {
  std::string field;  // "not_after", "authz.roles"
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
};

// `a` and `b` are objects as CertificateToJson and CsrToJson make them. Of two of the same type
// every field counts but "type" and "pem"; of a certificate and a CSR those that both have: the
// subject, the names and the key; and where one of two certificates is not accepted here, those
// that are read of any. In the order of `a`. Thread-safe.
std::vector<FieldDifference> DifferencesOf(const nlohmann::ordered_json& a,
                                           const nlohmann::ordered_json& b);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_OBJECT_DIFFERENCE_H_
