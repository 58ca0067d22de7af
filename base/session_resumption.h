// TLS sessions are not resumed.
#ifndef FLEETCA_BASE_SESSION_RESUMPTION_H_
#define FLEETCA_BASE_SESSION_RESUMPTION_H_

#include "absl/status/status.h"

namespace fleetca {

// Makes every TLS server context of this process, gRPC's too, give no session tickets (RFC 8446
// 4.6.1, RFC 5077). Agents do not resume, and for each of the two tickets of a handshake OpenSSL
// 3.0 decodes the client's certificate again: a fifth of what a connection costs. A session that
// cannot be resumed cannot outlive the certificate it was made with, either.
//
// gRPC has no setting for it, so it goes through OpenSSL's configuration: the machine's own
// (openssl.cnf, ssl_conf, system_default) stays in force and this is added. Call it in main, before
// a context is made. FAILED_PRECONDITION kInternal when OpenSSL refuses: everything works then,
// at a higher cost.
absl::Status DisableTlsSessionResumption();

}  // namespace fleetca

#endif  // FLEETCA_BASE_SESSION_RESUMPTION_H_
