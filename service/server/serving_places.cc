#include "service/server/serving_places.h"

#include "base/status_macros.h"
#include "service/net/listening_sockets.h"
#include "store/store_place.h"

namespace fleetca::service {

absl::Status CheckPlaces(const ServerConfig& config, bool with_store) {
  if (with_store) {
    FLEETCA_RETURN_IF_ERROR(store::CheckStorePlace(config.store.path, config.store.head_file));
  }
  FLEETCA_RETURN_IF_ERROR(CheckAddress(config.listener.address, "listener.address"));
  if (!config.bootstrap_address.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckAddress(config.bootstrap_address, "bootstrap.address"));
    FLEETCA_RETURN_IF_ERROR(CheckApart(config.bootstrap_address, "bootstrap.address",
                                       config.listener.address, "listener.address"));
  }
  if (!config.http.address.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckAddress(config.http.address, "http.address"));
    FLEETCA_RETURN_IF_ERROR(CheckApart(config.http.address, "http.address", config.listener.address,
                                       "listener.address"));
    if (!config.bootstrap_address.empty()) {
      FLEETCA_RETURN_IF_ERROR(CheckApart(config.http.address, "http.address",
                                         config.bootstrap_address, "bootstrap.address"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
