// The client of a CA's bootstrap port: for a host that has a token and no certificate yet.
#ifndef FLEETCA_CLIENT_BOOTSTRAP_CLIENT_H_
#define FLEETCA_CLIENT_BOOTSTRAP_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/call_options.h"
#include "client/issue_request.h"
#include "client/issued.h"
#include "client/tls_identity.h"

namespace fleetca::v1 {
class IssueCertificateRequest;
class IssueCertificateResponse;
}  // namespace fleetca::v1

namespace fleetca::client {

struct BootstrapOptions : CallOptions {
  // host:port of the bootstrap port.
  std::string address;
  // The name to expect in the server's certificate, where it is not the host of `address`.
  std::string server_name;
  // The SPIFFE ID that the server must have before it sees the token, such as
  // x509::ServerIdentity of the trust domain. Required.
  std::string server_identity;
  // What the server's certificate must chain to, and what is issued: from a file (LoadRoots) or
  // from a first contact (client/first_contact.h).
  std::vector<std::string> roots_der;
  // The file that they came from, for the words of an error; may be empty.
  std::string ca_file;
};

// Shows the token, and it alone, over TLS whose server was verified by the roots, its name and its
// identity (client/server_credentials.h); the token leaves on no other connection and stands in no
// error and no log line (but for gRPC's own traces, which GRPC_TRACE turns on). Answers are
// verified, failed calls repeated with the same request id, and errors explained as CaClient does.
// Thread-safe.
class BootstrapClient {
 public:
  // Does not connect yet. `token` is from ReadBearerToken. FAILED_PRECONDITION kFileInvalid without
  // roots; INVALID_ARGUMENT kServerIdentity without the server's identity.
  static absl::StatusOr<std::unique_ptr<BootstrapClient>> Create(BootstrapOptions options,
                                                                 SecretBytes token);

  BootstrapClient(const BootstrapClient&) = delete;
  BootstrapClient& operator=(const BootstrapClient&) = delete;
  ~BootstrapClient();

  // The profile and identity of `request` may be empty: the token's. A token for one certificate
  // gives that one again to the same request id, so to repeat a call of a program that ended, keep
  // the key and the id.
  absl::StatusOr<Issued> Issue(const IssueOptions& request) const;

 private:
  BootstrapClient(BootstrapOptions options, SecretBytes token);

  absl::Status Attempt(const v1::IssueCertificateRequest& request, absl::Duration remaining,
                       v1::IssueCertificateResponse* response) const;

  const BootstrapOptions options_;
  // gRPC makes copies of its own for as long as a call lasts.
  const SecretBytes token_;
  const std::shared_ptr<grpc::Channel> channel_;
  // The generated client.
  struct Stub;
  const std::unique_ptr<const Stub> stub_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_BOOTSTRAP_CLIENT_H_
