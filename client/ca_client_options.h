// Where the CA is, and who asks.
#ifndef FLEETCA_CLIENT_CA_CLIENT_OPTIONS_H_
#define FLEETCA_CLIENT_CA_CLIENT_OPTIONS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/channel.h"
#include "client/tls_identity.h"

namespace fleetca::client {

struct CaClientOptions : CallOptions {
  // host:port. Proxies named by the environment are not used.
  std::string address = "127.0.0.1:8443";
  TlsFiles files;
  // What a program that keeps its certificate in memory shows and trusts, in place of `files`:
  // their names stand for these parts in the words of errors then. Null: the files are read.
  std::shared_ptr<const TlsParts> parts;
  // The name to expect in the server's certificate, where it is not the host of `address`.
  std::string server_name;
  // CaClient::Renew shows by a proof in each request (client/renewal_proof.h), and not by the
  // handshake, that this client has the certificate's key: for a proxy that ends TLS, and for the
  // bootstrap port. Then the certificate may have ended.
  bool renew_by_proof = false;
  // Without renew_by_proof: shows a certificate that has ended by this host's clock, which may be
  // ahead. Where the CA takes it, that clock does not judge the end of the answer either.
  bool show_ended = false;

  // The identity that they describe, judged now: the errors of LoadTlsIdentity.
  absl::StatusOr<TlsIdentity> MakeIdentity(
      EndedCertificate ended = EndedCertificate::kRefuse) const {
    const absl::Time now = ClockOf(*this).Now();
    return parts == nullptr ? LoadTlsIdentity(files, now, ended)
                            : MakeTlsIdentity(*parts, files, now, ended);
  }

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
