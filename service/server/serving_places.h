// Whether what a server makes and takes can be where the configuration says.
#ifndef FLEETCA_SERVICE_SERVER_SERVING_PLACES_H_
#define FLEETCA_SERVICE_SERVER_SERVING_PLACES_H_

#include "absl/status/status.h"
#include "service/config/server_config.h"

namespace fleetca::service {

// Nothing is made or taken, so a server may be running there. A start and `config validate` both
// ask this first, so that they refuse in the same words. The errors of store::CheckStorePlace,
// CheckAddress and CheckApart; `with_store` false leaves the store out.
absl::Status CheckPlaces(const ServerConfig& config, bool with_store);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVING_PLACES_H_
