// What a TLS server shows of itself to whoever connects.
#ifndef FLEETCA_CLIENT_PROBE_SERVER_PROBE_H_
#define FLEETCA_CLIENT_PROBE_SERVER_PROBE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/probe/server_address.h"
#include "client/probe/starttls.h"

namespace fleetca::client {

struct ProbeOptions {
  ServerAddress address;
  // What the server is told as its name (SNI, RFC 6066); "" for nothing.
  std::string server_name;
  StartTls start_tls = StartTls::kNone;
  // For all of it, from the look-up of the name on.
  absl::Duration limit = absl::Seconds(10);
};

struct PresentedServer {
  std::string peer;      // "127.0.0.1:8443"
  std::string protocol;  // "TLSv1.3"
  std::string cipher;    // "TLS_AES_256_GCM_SHA384"; "" where the handshake did not get so far
  // As the server sent them, in its order; at least one.
  std::vector<std::string> chain_der;
  // Octets of an OCSP response that came with them (RFC 6066 section 8); "" for none.
  std::string ocsp_response;
  bool asks_for_certificate = false;
  // Whether the server signed with the key of its certificate what only this handshake has, or,
  // with an exchange of keys by RSA, ended the handshake with what only that key can read. Anyone
  // can send a certificate; where this is false, nothing says that it is the server's own.
  bool proved_key = false;
  // Why the handshake failed after the certificates had come; OK where it did not. A server that
  // wants a client's certificate ends it so.
  absl::Status handshake;
};

// The most that a server may send: certificates take less (OpenSSL's own limit is 100 KB).
inline constexpr size_t kMaxPresentedOctets = 1 << 20;

// Connects, shakes hands, and goes. Verifies nothing and takes protocols and algorithms of any age,
// so that what is there can be seen: nothing of it may be believed. UNAVAILABLE: the errors of
// TcpConnection and Begin; kAnswerInvalid when the server speaks something else than TLS, which the
// sentence names where it is known ("it answered with HTTP"), refuses the handshake (with its
// alert), or presents no certificate. Thread-safe.
absl::StatusOr<PresentedServer> ProbeServer(const ProbeOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_SERVER_PROBE_H_
