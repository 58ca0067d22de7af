// What the answers of the CA mean for an identity whose certificate is renewed.
#ifndef FLEETCA_CLIENT_AGENT_REFUSALS_H_
#define FLEETCA_CLIENT_AGENT_REFUSALS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// Whether the CA has issued nothing, and asking the same again is of no use.
bool IsRefusal(const absl::Status& status);

// Whether no renewal of the certificate comes to anything, ever.
bool IsOfTheLine(const absl::Status& status);

// Whether a renewal over mutual TLS fails so with a certificate that has ended: the CA says so, or
// refuses the handshake.
bool MayBeOfItsEnd(const absl::Status& status);

// Whether a line that ended for this reason, a name of one, may go on: an operator unblocks it, or
// lengthens the grace. To ask again with a certificate that was revoked or replaced is an alarm at
// the CA, and of no use.
bool MayGoOn(absl::string_view line_ended);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_REFUSALS_H_
