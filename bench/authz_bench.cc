// The authorization extension.
//
// Workloads, of grants as most certificates have them (3 roles, 2 services, 2 attributes) and of
// the largest (32 roles, 16 services, 16 attributes), batches of 64 and 256:
//   BuildFleetAuthz   from the decision of policy to DER
//   ParseFleetAuthz   back, strictly, as relying parties do
//   LintFleetAuthz    read again before signing, by the second decoder, and compared
// and at a service, of the usual grants only:
//   CurrentGrants     a verified peer asked again, as for every request of a connection
//   CurrentGrants/revocations   the same, where 1,000,000 revoked certificates are known
//   VerifyPeer        a leaf and an intermediate verified up to the root: two signatures
// raw is one verification of a signature by that key and one P-256 signature: what the certificate
// costs at the least. obvious is OpenSSL's d2i of the same bytes into a sequence of anything, one
// level deep and nothing checked. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:authz_bench
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/time_since_boot.h"
#include "bench/check.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/revocations.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/test_key.h"
#include "x509/authz/fleet_authz.h"
#include "x509/lint/lint_authz.h"
#include "x509/serial.h"
#include "x509/testing/test_ca.h"

namespace fleetca::bench {
namespace {

x509::FleetAuthz Usual() {
  return {.policy_revision = 1234,
          .roles = {"orders/reader", "orders/writer", "billing/reader"},
          .audience = {{"svc/orders", "svc/billing"}},
          .attributes = {{"region", "eu-central-1"}, {"tier", "production"}}};
}

x509::FleetAuthz Largest() {
  x509::FleetAuthz authz = {.policy_revision = x509::kMaxPolicyRevision};
  authz.audience.emplace();
  for (size_t i = 0; i < x509::kMaxRoles; ++i) {
    authz.roles.push_back(absl::StrCat("some-longer-name/of-a-role-", i));
  }
  for (size_t i = 0; i < x509::kMaxAudience; ++i) {
    authz.audience->push_back(absl::StrCat("some-longer-name/of-a-service-", i));
  }
  for (size_t i = 0; i < x509::kMaxAttributes; ++i) {
    authz.attributes.push_back({absl::StrCat("attribute-", i), std::string(64, 'v')});
  }
  return authz;
}

void ReadWithOpenSsl(const std::string& der) {
  const unsigned char* cursor = AsUnsigned(der);
  ASN1_SEQUENCE_ANY* sequence =
      d2i_ASN1_SEQUENCE_ANY(nullptr, &cursor, static_cast<long>(der.size()));
  Check(sequence != nullptr, "d2i_ASN1_SEQUENCE_ANY");
  sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free);
}

// `run_one` is the stage, for one certificate.
template <typename RunOne>
void Measure(benchmark::State& state, KeyType type, const std::string& der, RunOne run_one) {
  RawCryptography cryptography(type, KeyType::kP256);
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      run_one();
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { ReadWithOpenSsl(der); };
  MeasureStage(state, stage);
}

void BuildOf(benchmark::State& state, KeyType type, const x509::FleetAuthz& authz) {
  const std::string der = OrDie(x509::BuildFleetAuthz(authz), "BuildFleetAuthz");
  Measure(state, type, der,
          [&] { Check(x509::BuildFleetAuthz(authz).value() == der, "BuildFleetAuthz"); });
}

void ParseOf(benchmark::State& state, KeyType type, const x509::FleetAuthz& authz) {
  const std::string der = OrDie(x509::BuildFleetAuthz(authz), "BuildFleetAuthz");
  Measure(state, type, der, [&] {
    Check(x509::ParseFleetAuthz(der).value().roles.size() == authz.roles.size(), "ParseFleetAuthz");
  });
}

void LintOf(benchmark::State& state, KeyType type, const x509::FleetAuthz& authz) {
  const std::string der = OrDie(x509::BuildFleetAuthz(authz), "BuildFleetAuthz");
  Measure(state, type, der,
          [&] { Check(x509::FleetAuthzFault(der, authz) == nullptr, "FleetAuthzFault"); });
}

// A service's verifier, and a caller's chain.
struct Service {
  explicit Service(KeyType type, std::shared_ptr<const client::Revocations> known = nullptr)
      : revocations(std::move(known)),
        leaf(x509::IssueLeaf(issuing, testing::TestKey::OfType(type), &authz)) {}

  client::AuthzVerifierOptions Options() const {
    client::AuthzVerifierOptions options;
    options.roots = {root.certificate};
    options.trust_domain = "fleet.example";
    options.audience = "svc/orders";
    options.clock = &clock;
    options.revocations = revocations;
    return options;
  }
  client::VerifiedPeer Verify() const {
    return OrDie(verifier->VerifyPeer({leaf, issuing.certificate}), "VerifyPeer");
  }

  const testing::FakeClock clock{x509::kTestNow};
  const x509::FleetAuthz authz = Usual();
  const x509::TestCa root = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa issuing = x509::MakeTestIssuingCa(root, KeyType::kP256);
  const std::shared_ptr<const client::Revocations> revocations;
  const std::string leaf;
  const std::unique_ptr<client::AuthzVerifier> verifier =
      OrDie(client::AuthzVerifier::Create(Options()), "AuthzVerifier");
};

void CurrentGrants(benchmark::State& state, KeyType type) {
  const Service service(type);
  const client::VerifiedPeer peer = service.Verify();
  Measure(state, type, OrDie(x509::BuildFleetAuthz(service.authz), "BuildFleetAuthz"),
          [&] { Check(peer.Current().value()->HasRole("orders/reader"), "Current"); });
}

// A million, none of which is asked for; current for as long as the benchmark may take.
std::shared_ptr<const client::Revocations> AMillionRevocations() {
  static const auto* const kRevocations = [] {
    auto made = OrDie(client::Revocations::Create({.max_age = absl::Hours(24)}), "Revocations");
    for (int i = 0; i < 1'000'000; ++i) {
      const auto serial = x509::SerialNumber::Create(x509::kTestNow, 7, x509::kTestNow);
      Check(serial.ok(), "SerialNumber");
      made->Add(serial->bytes(), {x509::kTestNow, 1});
    }
    made->SetCurrent(x509::kTestNow, TimeSinceBoot());
    return new std::shared_ptr<const client::Revocations>(std::move(made));
  }();
  return *kRevocations;
}

void CurrentGrantsWithRevocations(benchmark::State& state, KeyType type) {
  const Service service(type, AMillionRevocations());
  const client::VerifiedPeer peer = service.Verify();
  Measure(state, type, OrDie(x509::BuildFleetAuthz(service.authz), "BuildFleetAuthz"),
          [&] { Check(peer.Current().value()->HasRole("orders/reader"), "Current"); });
}

void VerifyPeer(benchmark::State& state, KeyType type) {
  const Service service(type);
  Measure(state, type, OrDie(x509::BuildFleetAuthz(service.authz), "BuildFleetAuthz"),
          [&] { Check(service.Verify().Current().ok(), "VerifyPeer"); });
}

void BuildFleetAuthz(benchmark::State& state, KeyType type) { BuildOf(state, type, Usual()); }
void ParseFleetAuthz(benchmark::State& state, KeyType type) { ParseOf(state, type, Usual()); }
void LintFleetAuthz(benchmark::State& state, KeyType type) { LintOf(state, type, Usual()); }
void BuildLargest(benchmark::State& state, KeyType type) { BuildOf(state, type, Largest()); }
void ParseLargest(benchmark::State& state, KeyType type) { ParseOf(state, type, Largest()); }
void LintLargest(benchmark::State& state, KeyType type) { LintOf(state, type, Largest()); }

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("BuildFleetAuthz", BuildFleetAuthz, KeyType::kP256);
  RegisterStage("ParseFleetAuthz", ParseFleetAuthz, KeyType::kP256);
  RegisterStage("LintFleetAuthz", LintFleetAuthz, KeyType::kP256, 64);
  RegisterStage("BuildFleetAuthz/largest", BuildLargest, KeyType::kP256, 64);
  RegisterStage("ParseFleetAuthz/largest", ParseLargest, KeyType::kP256, 64);
  RegisterStage("LintFleetAuthz/largest", LintLargest, KeyType::kP256, 64);
  RegisterStage("CurrentGrants", CurrentGrants, KeyType::kP256, 64);
  RegisterStage("CurrentGrants/revocations", CurrentGrantsWithRevocations, KeyType::kP256, 64);
  RegisterStage("VerifyPeer", VerifyPeer, KeyType::kP256, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
