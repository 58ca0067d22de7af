// How an identity's first certificate is had, in the agent's configuration.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_ENROLLMENT_CONFIG_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_ENROLLMENT_CONFIG_H_

#include "absl/strings/string_view.h"
#include "base/config/config_reader.h"
#include "client/agent/agent_options.h"
#include "fleetca/agent/v1/agent.pb.h"

namespace fleetca::client {

// `field` is where it stands. `credentials_folder` as in ParseAgentConfig.
EnrollmentOptions ReadEnrollment(absl::string_view field, const agent::v1::Enrollment& written,
                                 absl::string_view credentials_folder, ConfigReader* reader);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_ENROLLMENT_CONFIG_H_
