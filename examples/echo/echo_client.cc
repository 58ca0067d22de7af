// Reads from or writes to the echo server as one of the fleet's identities. See README.md.
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "examples/echo/echo.grpc.pb.h"

namespace {

std::shared_ptr<grpc::ChannelCredentials> Credentials(const std::string& folder,
                                                      const std::string& name) {
  namespace tls = grpc::experimental;
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<tls::FileWatcherCertificateProvider>(
      folder + "/" + name + ".key", folder + "/" + name + ".pem", folder + "/ca.pem", 5));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return tls::TlsCredentials(options);
}

int Call(echo::v1::EchoService::Stub& stub, const char* text) {
  grpc::ClientContext context;
  // The server may have been started a moment ago.
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::Status status;
  if (text == nullptr) {
    echo::v1::ReadResponse response;
    status = stub.Read(&context, {}, &response);
    if (status.ok()) {
      std::cout << "\"" << response.text() << "\" by " << response.writer() << std::endl;
    }
  } else {
    echo::v1::WriteRequest request;
    request.set_text(text);
    echo::v1::WriteResponse response;
    status = stub.Write(&context, request, &response);
  }
  if (!status.ok()) {
    std::cerr << absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                              status.error_message())
              << std::endl;
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string verb = argc > 4 ? argv[4] : "";
  if (!(verb == "read" && argc == 5) && !(verb == "write" && argc == 6)) {
    std::cerr << "Name the server, the folder of ca.pem, who calls, and what:\n"
                 "  echo_client localhost:50051 /tmp/echo reader read\n"
                 "  echo_client localhost:50051 /tmp/echo writer write 'good morning'\n";
    return 2;
  }
  const auto stub =
      echo::v1::EchoService::NewStub(grpc::CreateChannel(argv[1], Credentials(argv[2], argv[3])));
  return Call(*stub, verb == "write" ? argv[5] : nullptr);
}
