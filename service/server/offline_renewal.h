// Certificates of the CA's own renewed in its folder, while its server does not run.
#ifndef FLEETCA_SERVICE_SERVER_OFFLINE_RENEWAL_H_
#define FLEETCA_SERVICE_SERVER_OFFLINE_RENEWAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/authority/pair_files.h"
#include "service/config/server_config.h"

namespace fleetca::service {

struct OfflineRenewal {
  PairFiles files;
  std::string identity;
  std::string serial;  // hex
  std::string profile;
  absl::Time not_after;
};

// What is to be renewed, and what is to change.
struct OfflineRequest {
  PairFiles files;
  std::string profile;  // empty: the one that the policy grants to the identity
  // Names beside those that the certificate has; addresses as text.
  std::vector<std::string> more_dns_names;
  std::vector<std::string> more_addresses;
};

// Replaces the certificate and the key in `files` by a new pair: same identity, same names and
// those asked for besides, a new key, for as long as the profile says. It needs no server and no
// certificate that is valid, only the issuing CA's: everything is opened, judged by the policy,
// signed and recorded as the server does it, so the new one is in the inventory.
//
// FAILED_PRECONDITION kStoreLocked while the server runs; kFileInvalid where the certificate is not
// one of this CA's; kConfigInvalid where it is not clear which profile is meant; the errors of
// RunningCa::Open, of the policy and of ReplacePair; INVALID_ARGUMENT kSanInvalid for a name that
// is none. Where files cannot be written nothing of them is changed, and the certificate that was
// issued is of no use to anyone: its key is gone. A key in the file that is not the certificate's
// is kept beside it (KeepKey).
absl::StatusOr<OfflineRenewal> RenewOffline(const ServerConfig& config,
                                            const OfflineRequest& request);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_OFFLINE_RENEWAL_H_
