// A gRPC server where one role may read and another may write. See README.md.
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/authz/feed/revocation_feed.h"
#include "client/authz/grpc/authz_files.h"
#include "client/authz/grpc/authz_processor.h"
#include "client/authz/revocations.h"
#include "examples/echo/echo.grpc.pb.h"

namespace {

using fleetca::client::AuthzProcessor;
using fleetca::client::RevocationFeed;
using fleetca::client::Revocations;

class Echo final : public echo::v1::EchoService::Service {
 public:
  explicit Echo(AuthzProcessor& authz) : authz_(authz) {}

  // No word of authorization here: who may not call a method never gets to it.
  grpc::Status Read(grpc::ServerContext*, const echo::v1::ReadRequest*,
                    echo::v1::ReadResponse* response) override {
    absl::MutexLock lock(&mutex_);
    *response = kept_;
    return grpc::Status::OK;
  }

  grpc::Status Write(grpc::ServerContext* context, const echo::v1::WriteRequest* request,
                     echo::v1::WriteResponse*) override {
    const auto caller = authz_.Caller(*context);
    if (!caller.ok()) {
      return {static_cast<grpc::StatusCode>(caller.status().code()),
              std::string(caller.status().message())};
    }
    absl::MutexLock lock(&mutex_);
    kept_.set_text(request->text());
    kept_.set_writer(caller->identity);
    return grpc::Status::OK;
  }

 private:
  AuthzProcessor& authz_;
  absl::Mutex mutex_;
  echo::v1::ReadResponse kept_ ABSL_GUARDED_BY(mutex_);
};

// TLS from files that are read again when they change; every caller shows a certificate.
std::shared_ptr<grpc::ServerCredentials> Credentials(const std::string& folder) {
  namespace tls = grpc::experimental;
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      folder + "/server.key", folder + "/server.pem", folder + "/ca.pem", 5));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

// Follows what the CA revokes, by the server's own certificate.
absl::StatusOr<std::unique_ptr<RevocationFeed>> Follow(
    const std::string& ca, const std::string& folder,
    const std::shared_ptr<Revocations>& revocations) {
  return RevocationFeed::Start({.address = ca,
                                .files = {.ca_file = folder + "/ca.pem",
                                          .certificate_file = folder + "/server.pem",
                                          .private_key_file = folder + "/server.key"}},
                               revocations);
}

// `ca` is the CA's address, or empty: then revoked certificates count until they expire.
int Serve(const std::string& address, const std::string& folder, const std::string& roles,
          const std::string& ca) {
  const auto credentials = Credentials(folder);
  // With the usual options: 30 s old at most, else nobody is believed.
  const std::shared_ptr<Revocations> revocations =
      ca.empty() ? nullptr : Revocations::Create({}).value();
  std::unique_ptr<RevocationFeed> feed;
  if (revocations != nullptr) {
    auto started = Follow(ca, folder, revocations);
    if (!started.ok()) {
      std::cerr << started.status().message() << std::endl;
      return 1;
    }
    feed = *std::move(started);
  }
  const auto authz = fleetca::client::InstallAuthz({.roots = folder + "/ca.pem",
                                                    .method_roles = roles,
                                                    .trust_domain = "fleet.example",
                                                    .audience = "svc/echo",
                                                    .revocations = revocations},
                                                   credentials.get());
  if (!authz.ok()) {
    std::cerr << authz.status().message() << std::endl;
    return 1;
  }
  Echo echo(**authz);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, credentials, &port);
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::cerr << "Cannot listen at " << address << "; choose a free port" << std::endl;
    return 1;
  }
  std::cout << "listening on port " << port << std::endl;
  server->Wait();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 4 && argc != 5) {
    std::cerr << "Name the address, the folder of ca.pem, server.pem and server.key, the table of "
                 "methods, and the CA whose revocations are followed, if any:\n"
                 "  echo_server localhost:50051 /tmp/echo examples/echo/method_roles.textproto\n"
                 "  echo_server localhost:50051 /tmp/echo examples/echo/method_roles.textproto "
                 "ca.fleet.example:8443\n";
    return 2;
  }
  return Serve(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : "");
}
