// Where the CA is, and who asks.
#ifndef FLEETCA_CLIENT_CA_CLIENT_OPTIONS_H_
#define FLEETCA_CLIENT_CA_CLIENT_OPTIONS_H_

#include <string>

#include "client/call_options.h"
#include "client/channel.h"
#include "client/tls_identity.h"

namespace fleetca::client {

struct CaClientOptions : CallOptions {
  // host:port. Proxies named by the environment are not used.
  std::string address = "127.0.0.1:8443";
  TlsFiles files;
  // The name to expect in the server's certificate, where it is not the host of `address`.
  std::string server_name;

  // Of the connection that they describe.
  ChannelOptions channel() const {
    ChannelOptions options;
    options.address = address;
    options.server_name = server_name;
    options.reconnect_delay = backoff.initial_delay;
    options.max_reconnect_delay = backoff.max_delay;
    return options;
  }
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CA_CLIENT_OPTIONS_H_
