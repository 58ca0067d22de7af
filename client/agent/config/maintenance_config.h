// When an identity may be renewed, in the agent's configuration.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_MAINTENANCE_CONFIG_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_MAINTENANCE_CONFIG_H_

#include "absl/strings/string_view.h"
#include "base/config/config_reader.h"
#include "client/agent/maintenance_windows.h"
#include "fleetca/agent/v1/agent.pb.h"
#include "google/protobuf/repeated_field.h"

namespace fleetca::client {

// `field` is where the list stands.
MaintenanceWindows ReadMaintenanceWindows(
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<agent::v1::MaintenanceWindow>& written,
    ConfigReader* reader);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_MAINTENANCE_CONFIG_H_
