// A server over a new CA, in this process, and clients of it.
#ifndef FLEETCA_TESTS_INTEGRATION_SERVER_FIXTURE_H_
#define FLEETCA_TESTS_INTEGRATION_SERVER_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "client/ca_client.h"
#include "client/tls_identity.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "google/rpc/status.pb.h"
#include "service/config/server_config.h"
#include "service/server/server.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::testing {

// A CSR for this one SPIFFE ID, which must outlive the options.
CsrOptions Named(absl::string_view uri);

// The request for a certificate by the profile "service".
v1::IssueCertificateRequest ServiceRequest(absl::string_view csr);

// The reason in a status from the wire; "" when it has none.
std::string WireReason(const google::rpc::Status& status);
std::string WireReason(const grpc::Status& status);

// One unary call of a method by its path, with an empty message.
grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, const std::string& path);

// Each test has its own copy of one CA, and a server on a free port.
class ServerFixture : public ::testing::Test {
 protected:
  using Stub = v1::CertificateAuthorityService::Stub;
  using Edit = std::function<void(service::ServerConfig&)>;

  void SetUp() override;
  void TearDown() override { Stop(); }

  // Starts the server with the configuration as `edit` leaves it.
  void Start(const Edit& edit = nullptr);
  // Drains it, and expects that nothing was cut off.
  void Stop();
  void Restart(const Edit& edit = nullptr);

  service::ServerConfig Config() const;
  std::string address() const;
  std::string bootstrap_address() const;

  // Appends rules to the policy's file, with a higher revision; Restart or ReloadPolicy takes it.
  void AddToPolicy(absl::string_view rules);

  // Clients with the certificate and key in `name`.crt and `name`.key of the CA's folder.
  client::TlsFiles Files(absl::string_view name) const;
  std::unique_ptr<client::CaClient> Client(absl::string_view name = "admin") const;
  // `server_name`: what to expect in the server's certificate; empty: the address.
  // `at`: another address than the server's own.
  std::shared_ptr<grpc::Channel> Channel(absl::string_view name = "admin",
                                         const std::string& server_name = "",
                                         const std::string& at = "") const;
  // One that verifies the server and shows no certificate.
  std::shared_ptr<grpc::Channel> ChannelWithoutCertificate(const std::string& at) const;
  std::unique_ptr<Stub> NewStub(absl::string_view name = "admin") const;

  // Writes a certificate of this CA for spiffe://fleet.test/svc/`name`, and its key, as `name`.crt
  // and .key.
  void MakeAgent(absl::string_view name);

  TemporaryFolder folder_;
  std::string ca_;
  std::unique_ptr<service::Server> server_;
  int policy_revision_ = 1;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_INTEGRATION_SERVER_FIXTURE_H_
