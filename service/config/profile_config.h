// Profiles from the policy file's schema to their own options.
#ifndef FLEETCA_SERVICE_CONFIG_PROFILE_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_PROFILE_CONFIG_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "base/config/config_reader.h"
#include "fleetca/config/v1/profile.pb.h"
#include "google/protobuf/repeated_field.h"
#include "service/policy/profile.h"
#include "x509/public_key.h"

namespace fleetca::service {

// What the file says of a profile, which stands at `field` ("profiles[0]"). Adds a mistake for
// everything that Profile::Create would refuse, and for what it could not see.
ProfileOptions ReadProfile(absl::string_view field, const config::v1::Profile& profile,
                           absl::string_view trust_domain, ConfigReader* reader);

// The list of key algorithms at `field`. Adds a mistake for a value that is not an algorithm.
std::vector<x509::PublicKeyAlgorithm> ReadKeyAlgorithms(
    absl::string_view field, const google::protobuf::RepeatedField<int>& written,
    ConfigReader* reader);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_PROFILE_CONFIG_H_
