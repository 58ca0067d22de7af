#include "client/testing/fake_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace fleetca::client::testing {
namespace {

void CheckOk(const absl::Status& status) {
  if (!status.ok()) {
    std::cerr << status << std::endl;
    std::abort();
  }
}

FakeOrder ServerOrder(const std::string& identity) {
  FakeOrder server;
  server.names = {{x509::NameType::kUri, identity},
                  {x509::NameType::kDns, "localhost"},
                  {x509::NameType::kIp, std::string("\x7f\x00\x00\x01", 4)}};
  return server;
}

}  // namespace

FakeServer::FakeServer(std::shared_ptr<const FakeCa> ca)
    : ca_(std::move(ca)), service_(*ca_, join_tokens_) {
  service_.ServeRoots({ca_->root_der()});
  FakeOrder admin;
  admin.names = {{x509::NameType::kUri, "spiffe://fleet.example/user/admin"}};
  const FakeCa::TlsPair client = ca_->IssueTls(admin);
  CheckOk(WriteFileAtomic(dir() + "/trust-bundle.pem", ca_->root_pem(), 0644));
  CheckOk(WriteFileAtomic(dir() + "/admin.crt", client.chain_pem, 0644));
  CheckOk(WriteFileAtomic(dir() + "/admin.key", client.key_pem, 0600));
}

FakeServer::FakeServer(const std::string& server_identity, std::shared_ptr<const FakeCa> ca)
    : FakeServer(std::move(ca)) {
  pair_ = ca_->IssueTls(ServerOrder(server_identity));
  Restart();
}

FakeServer::FakeServer(const x509::NameConstraints& constraints, std::shared_ptr<const FakeCa> ca)
    : FakeServer(std::move(ca)) {
  pair_ = ca_->IssueTlsBelow(constraints, ServerOrder(kServerIdentity));
  Restart();
}

void FakeServer::Restart() {
  Stop();
  const auto credentials = [&](grpc_ssl_client_certificate_request_type client_certificate) {
    grpc::SslServerCredentialsOptions options(client_certificate);
    options.pem_root_certs = ca_->root_pem();
    options.pem_key_cert_pairs.push_back({pair_.key_pem, pair_.chain_pem});
    return grpc::SslServerCredentials(options);
  };
  grpc::ServerBuilder builder;
  builder.AddListeningPort(
      address(), credentials(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY), &port_);
  builder.AddListeningPort(bootstrap_address(),
                           credentials(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE), &bootstrap_port_);
  builder.RegisterService(&service_);
  builder.RegisterService(&join_tokens_);
  builder.RegisterService(&policy_).RegisterService(&revocations_).RegisterService(&statistics_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0 || bootstrap_port_ == 0) {
    std::abort();
  }
}

void FakeServer::RestartWithDates(absl::Time not_before, absl::Time not_after) {
  const std::vector<x509::RequestedName> names = ServerOrder(kServerIdentity).names;
  pair_ = ca_->IssueTls({.names = names, .not_before = not_before, .not_after = not_after});
  Restart();
}

FakeServer::~FakeServer() { Stop(); }

void FakeServer::Stop() {
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
}

std::string FakeServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::string FakeServer::bootstrap_address() const {
  return absl::StrCat("127.0.0.1:", bootstrap_port_);
}

TlsFiles FakeServer::files() const {
  return {dir() + "/trust-bundle.pem", dir() + "/admin.crt", dir() + "/admin.key"};
}

}  // namespace fleetca::client::testing
