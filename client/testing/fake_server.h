// A CA's gRPC services in the test's own process, over real TLS, that do as they are told. What
// they do when they are told nothing is what the CA does
// (tests/integration/client_contract_test.cc), but for FakePolicy, which has no policy,
// FakeRevocations, which has a feed and revokes nothing, and FakeStatistics, which counts nothing.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_
#define FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_join_tokens.h"
#include "client/testing/fake_policy.h"
#include "client/testing/fake_revocations.h"
#include "client/testing/fake_service.h"
#include "client/testing/fake_statistics.h"
#include "client/tls_identity.h"
#include "grpcpp/server.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client::testing {

// What a client of fleet.example expects, and what another host of the fleet has.
inline constexpr char kServerIdentity[] = "spiffe://fleet.example/svc/fleetca";
inline constexpr char kOtherIdentity[] = "spiffe://fleet.example/host/ca";

// The services on two free ports of 127.0.0.1, one for mutual TLS and the bootstrap port, and a
// folder of client files with the names that `fleetca ca init` gives.
class FakeServer {
 public:
  explicit FakeServer(const std::string& server_identity = kServerIdentity,
                      std::shared_ptr<const FakeCa> ca = std::make_shared<const FakeCa>());
  // With a certificate from a subordinate CA below `ca`.
  FakeServer(const x509::NameConstraints& constraints, std::shared_ptr<const FakeCa> ca);
  ~FakeServer();

  const FakeCa& ca() const { return *ca_; }
  // For another server below the same root.
  const std::shared_ptr<const FakeCa>& shared_ca() const { return ca_; }
  FakeService& service() { return service_; }
  FakeJoinTokens& join_tokens() { return join_tokens_; }
  FakePolicy& policy() { return policy_; }
  FakeRevocations& revocations() { return revocations_; }
  FakeStatistics& statistics() { return statistics_; }
  std::string address() const;
  std::string bootstrap_address() const;
  const std::string& dir() const { return folder_.path(); }
  // Of the admin's files in dir().
  TlsFiles files() const;
  void Stop();
  // Serves again on the same ports.
  void Restart();
  // The same with a certificate of these dates.
  void RestartWithDates(absl::Time not_before, absl::Time not_after);

 private:
  // Without a certificate, and so not serving yet.
  explicit FakeServer(std::shared_ptr<const FakeCa> ca);

  const std::shared_ptr<const FakeCa> ca_;
  FakeJoinTokens join_tokens_;
  FakePolicy policy_;
  FakeRevocations revocations_;
  FakeStatistics statistics_;
  FakeService service_;
  fleetca::testing::TemporaryFolder folder_;
  FakeCa::TlsPair pair_;
  int port_ = 0;
  int bootstrap_port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_
