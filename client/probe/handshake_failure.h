// Why a TLS handshake failed, in words of people.
#ifndef FLEETCA_CLIENT_PROBE_HANDSHAKE_FAILURE_H_
#define FLEETCA_CLIENT_PROBE_HANDSHAKE_FAILURE_H_

#include <string>

namespace fleetca::client {

// How far it had come.
struct HandshakeSoFar {
  std::string server_name;  // what the server was told (SNI); "" for nothing
  bool asks_for_certificate = false;
};

// "it refused the handshake with the TLS alert ..., ; give ...", where `error` is the first code of
// OpenSSL's queue, 0 for none. Thread-safe.
std::string WhyHandshakeFailed(unsigned long error, const HandshakeSoFar& so_far);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_HANDSHAKE_FAILURE_H_
