// A gRPC server that keeps its own certificate, without an agent beside it. See README.md.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "client/agent/embed/fresh_identity.h"
#include "examples/agentless/ticker.grpc.pb.h"

namespace {

using fleetca::client::FreshIdentity;

class Ticker final : public ticker::v1::TickerService::Service {
 public:
  explicit Ticker(const FreshIdentity& identity) : identity_(identity) {}

  grpc::Status Watch(grpc::ServerContext* context, const ticker::v1::WatchRequest*,
                     grpc::ServerWriter<ticker::v1::Tick>* writer) override {
    ticker::v1::Tick tick;
    do {
      tick.set_serial(identity_.status().serial);
      tick.set_number(tick.number() + 1);
      absl::SleepFor(absl::Milliseconds(200));
    } while (!context->IsCancelled() && writer->Write(tick));
    return grpc::Status::OK;
  }

 private:
  const FreshIdentity& identity_;
};

// No word of certificates here: the credentials follow what the identity holds.
int Serve(const std::string& address, const FreshIdentity& identity) {
  Ticker ticker(identity);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, identity.MakeServerCredentials(), &port);
  builder.RegisterService(&ticker);
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
  if (argc != 7) {
    std::cerr << "Name the address, the CA, its bootstrap port, the SHA-256 of its root, the file "
                 "of a join token, and a folder of the server's own:\n"
                 "  ticker_server localhost:50051 ca.fleet.example:8443 ca.fleet.example:8444 "
                 "\"$(fleetca bundle fingerprint root-ca.crt)\" /run/ticker.token "
                 "/var/lib/ticker\n";
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<FreshIdentity>> identity =
      FreshIdentity::Start({.trust_domain = "fleet.example",
                            .addresses = {argv[2]},
                            .bootstrap_addresses = {argv[3]},
                            .root_sha256 = argv[4],
                            .state_folder = argv[6],
                            .join_token_file = argv[5]},
                           /*patience=*/absl::Minutes(1));
  if (!identity.ok()) {
    std::cerr << identity.status().message() << std::endl;
    return 1;
  }
  return Serve(argv[1], **identity);
}
