// A CA for the tests of agents. What it has issued is in a file, so that it is there after the
// process that asked has ended.
#ifndef FLEETCA_CLIENT_AGENT_TESTING_FAKE_CA_PORT_H_
#define FLEETCA_CLIENT_AGENT_TESTING_FAKE_CA_PORT_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/agent/ca_port.h"
#include "client/files/disk_steps.h"
#include "client/testing/fake_ca.h"

namespace fleetca::client::testing {

// One certificate that was issued.
struct FakeIssued {
  std::string request_id;
  std::string csr_der;
  std::string parent;  // serial; empty: the first of a line
  std::string serial;  // hex
  std::string certificate_der;
};

// As the CA does: an answered request id has the same answer to the same CSR, a renewal is a step
// from the newest certificate of a line or from that one's parent, and a join token is good for one
// certificate. A failure of its own is fatal to the test. Thread-compatible.
class FakeCaPort : public CaPort {
 public:
  // Keeps what it has issued in the file `path`.
  FakeCaPort(const FakeCa* ca, std::string path) : ca_(ca), path_(std::move(path)) {}

  absl::StatusOr<Issued> Enroll(const SecretBytes& token, const IssueOptions& request) override;
  absl::StatusOr<Issued> Renew(const Credential& held, const RenewOptions& request) override;
  absl::StatusOr<Issued> RenewByProof(const Credential& held, const RenewOptions& request) override;
  absl::StatusOr<RenewalInfo> GetRenewalInfo(const Credential& held) override;
  absl::StatusOr<TrustBundle> GetTrustBundle(const Credential& held) override;
  absl::Status Try(const Credential& credential) override;

  // What it has issued, in order.
  std::vector<FakeIssued> issued() const;

  // What tests set; `now` is by its own clock.
  absl::Time now = absl::Now();
  absl::Duration life = absl::Hours(24);
  // Certificates begin so long before they are issued.
  absl::Duration backdated = absl::Seconds(5);
  // Of the certificates.
  std::string identity = "spiffe://fleet.example/web";
  absl::Duration grace = absl::ZeroDuration();
  std::optional<RenewalInfo> info;
  // Fails a call in place of answering it: "enroll", "renew", "renew by proof", "info", "try".
  std::function<absl::Status(absl::string_view call)> fault;
  // The same after a certificate was issued: its answer is lost.
  std::function<absl::Status(absl::string_view call)> fault_after;
  // Called before and after each change, as of the disk.
  BeforeStep before_step;
  // The calls so far.
  std::vector<std::string> calls;
  // The profile of each request for a certificate so far.
  std::vector<std::string> profiles;

 private:
  absl::Status Begin(absl::string_view call);
  absl::StatusOr<Issued> Answer(absl::string_view call, const std::string& request_id,
                                const std::string& csr_der, const std::string& key_spki,
                                const std::string& parent);
  absl::StatusOr<Issued> Next(absl::string_view call, const Credential& held,
                              const RenewOptions& request);

  const FakeCa* const ca_;
  const std::string path_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_TESTING_FAKE_CA_PORT_H_
