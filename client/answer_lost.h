// Whether a call that failed may have been answered.
#ifndef FLEETCA_CLIENT_ANSWER_LOST_H_
#define FLEETCA_CLIENT_ANSWER_LOST_H_

#include "absl/status/status.h"

namespace fleetca::client {

// True unless `status`, of a call that asked for a certificate, proves that none was issued:
// nothing was connected to, or the CA refused. Where it is true, the same request id must be kept,
// with the key and the CSR, until an answer comes. Thread-safe.
bool MayHaveIssued(const absl::Status& status);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ANSWER_LOST_H_
