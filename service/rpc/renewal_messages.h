// Between the API's messages about renewal windows and early renewals and the core's types.
#ifndef FLEETCA_SERVICE_RPC_RENEWAL_MESSAGES_H_
#define FLEETCA_SERVICE_RPC_RENEWAL_MESSAGES_H_

#include "absl/status/statusor.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "fleetca/v1/renewals.pb.h"
#include "service/renewals/early_renewal_request.h"
#include "service/renewals/renewal_window.h"
#include "store/early_renewal.h"

namespace fleetca::service {

// All of the request but who asks. INVALID_ARGUMENT kConfigInvalid for a time that is none. What
// else is wrong with it is EarlyRenewalOrders' to say.
absl::StatusOr<EarlyRenewalRequest> ReadEarlyRenewalRequest(
    const v1::OrderEarlyRenewalRequest& message);

void WriteEarlyRenewal(const store::EarlyRenewal& order, v1::EarlyRenewal* message);

void WriteRenewalWindow(const RenewalWindow& window, v1::RenewalInfo* message);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_RENEWAL_MESSAGES_H_
