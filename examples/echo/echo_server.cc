// A gRPC server where one role may read and another may write. See README.md.
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/authz/grpc/authz_files.h"
#include "client/authz/grpc/authz_processor.h"
#include "examples/echo/echo.grpc.pb.h"

namespace {

using fleetca::client::AuthzProcessor;

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
      return {grpc::StatusCode::UNAUTHENTICATED, std::string(caller.status().message())};
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

int Serve(const std::string& address, const std::string& folder, const std::string& roles) {
  const auto credentials = Credentials(folder);
  const auto authz = fleetca::client::InstallAuthz({.roots = folder + "/ca.pem",
                                                    .method_roles = roles,
                                                    .trust_domain = "fleet.example",
                                                    .audience = "svc/echo"},
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
  if (argc != 4) {
    std::cerr << "Name the address, the folder of ca.pem, server.pem and server.key, and the table "
                 "of methods:\n"
                 "  echo_server localhost:50051 /tmp/echo examples/echo/method_roles.textproto\n";
    return 2;
  }
  return Serve(argv[1], argv[2], argv[3]);
}
