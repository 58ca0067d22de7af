// An issuing CA in memory: key, certificate, store, clock and the issuer over them.
#ifndef FLEETCA_TESTS_TESTING_TEST_ISSUER_H_
#define FLEETCA_TESTS_TESTING_TEST_ISSUER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issuer.h"
#include "service/policy/current_policy.h"
#include "service/policy/policy_options.h"
#include "service/policy/profile.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/revocation_pointers.h"
#include "service/time/clock_rule.h"
#include "signer/signer.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::testing {

inline constexpr absl::string_view kTrustDomain = "fleet.test";
// Who asks, unless a test says otherwise.
inline constexpr absl::string_view kAgent = "spiffe://fleet.test/svc/web";

// A profile "service": server and client, /svc/* and DNS below .fleet.test, 24 h by default, 7 days
// at most.
service::ProfileOptions ServiceProfileOptions();

// A self-signed CA certificate of `signer`'s key, DER. Dies loudly on failure.
std::string MakeCaCertificate(const signer::Signer& signer, absl::string_view common_name,
                              absl::Time not_before, absl::Time not_after,
                              std::optional<int> path_length = std::nullopt);

// Revision 1 of fleet.test: every identity below /svc/ may have certificates for itself by every
// profile, with every DNS name that the profile allows, and kAgent for all of them.
service::PolicyOptions TestPolicyOptions(const std::vector<service::ProfileOptions>& profiles = {
                                             ServiceProfileOptions()});

struct TestIssuerOptions {
  KeyType key_type = KeyType::kP256;
  absl::Duration issuer_lifetime = absl::Hours(24 * 365);
  service::PolicyOptions policy = TestPolicyOptions();
  x509::AuthzOids oids;
  bool provenance = false;
  std::optional<service::RevocationPointers> pointers;
  std::optional<int> path_length;                  // of the issuing certificate
  std::vector<std::string> blocked_keys;           // SHA-256 of SubjectPublicKeyInfo
  const signer::Signer* signer = nullptr;          // null: a local signer with a key of key_type
  store::Store* store = nullptr;                   // null: a MemoryStore
  const Clock* clock = nullptr;                    // null: the FakeClock
  const service::ClockRule* clock_rule = nullptr;  // null: the clock is believed
  const service::KnownRevocations* revocations = nullptr;  // null: nobody is revoked
  std::function<absl::Status()> learn_revocations;
};

class RecordingIssuance;

// Dies loudly on failure.
class TestIssuer {
 public:
  explicit TestIssuer(TestIssuerOptions options = {});

  service::Issuer& issuer() { return *issuer_; }
  store::MemoryStore& store() { return memory_store_; }
  FakeClock& clock() { return clock_; }
  const signer::Signer& signer() const { return *signer_; }
  const std::string& certificate() const { return certificate_; }
  const service::CurrentPolicy& policies() const { return *policies_; }

  // Issues `csrs` in one batch for kAgent by the profile "service"; an outcome each, in order.
  std::vector<absl::StatusOr<service::IssuedCertificate>> IssueBatch(
      const std::vector<std::string>& csrs);
  // Puts another policy in force; its revision must be above that of the one before.
  void SetPolicy(service::PolicyOptions policy);

  // One of them.
  absl::StatusOr<service::IssuedCertificate> Issue(absl::string_view csr,
                                                   absl::string_view request_id = "");
  // The answer to an issuance in a batch of its own.
  absl::StatusOr<service::IssuedCertificate> Issue(RecordingIssuance& issuance);

 private:
  FakeClock clock_;
  store::MemoryStore memory_store_;
  std::unique_ptr<signer::Signer> owned_signer_;
  const signer::Signer* signer_;
  std::string certificate_;
  std::unique_ptr<const service::Policy> next_policy_;
  std::unique_ptr<service::CurrentPolicy> policies_;
  std::unique_ptr<service::Issuer> issuer_;
};

// An issuance that keeps its answer.
class RecordingIssuance : public service::Issuance {
 public:
  // A request of kAgent by the profile "service". The CSR must outlive it.
  explicit RecordingIssuance(absl::string_view csr_der, absl::string_view request_id = "");

  // Whoever asks in kAgent's place.
  void AskAs(service::Caller who);
  void AskAs(absl::string_view spiffe_id);

  void Answer(absl::StatusOr<service::IssuedCertificate> outcome) override;

  // How often Answer was called, and with what.
  std::atomic<int> answers{0};
  absl::StatusOr<service::IssuedCertificate> outcome = absl::UnknownError("not answered");
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_TEST_ISSUER_H_
