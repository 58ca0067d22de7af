// Between the API's messages about revocations and the core's types.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_MESSAGES_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_MESSAGES_H_

#include "absl/status/statusor.h"
#include "fleetca/v1/revocation.pb.h"
#include "service/revocation/revoker.h"
#include "store/block.h"
#include "store/revocation.h"

namespace fleetca::service {

// All of the request but who asks. INVALID_ARGUMENT: kRequestEmpty without a selection,
// kConfigInvalid for a reason that there is not and a time that is none. What else is wrong with
// the selection is the Revoker's to say.
absl::StatusOr<RevokeRequest> ReadRevokeRequest(const v1::RevokeCertificatesRequest& message);

void WriteRevoked(const store::Revocation& revocation, v1::RevokedCertificate* message);

void WriteBlock(const store::Block& block, v1::Block* message);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_MESSAGES_H_
