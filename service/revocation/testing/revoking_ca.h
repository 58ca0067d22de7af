// An issuing CA with a store, a clock and a signer that a test may break.
#ifndef FLEETCA_SERVICE_REVOCATION_TESTING_REVOKING_CA_H_
#define FLEETCA_SERVICE_REVOCATION_TESTING_REVOKING_CA_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/revocation/crl_build.h"
#include "service/revocation/ocsp_delegation.h"
#include "service/time/clock_rule.h"
#include "signer/signer.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "x509/certificate.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {

// Signs as another one does, and counts the signatures; or fails.
class BreakableSigner : public signer::Signer {
 public:
  explicit BreakableSigner(std::unique_ptr<signer::Signer> real) : real_(std::move(real)) {}

  SignatureScheme scheme() const override { return real_->scheme(); }
  absl::string_view public_key() const override { return real_->public_key(); }
  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<signer::SignedMessage>> results) const override;
  absl::Status Test() const override { return real_->Test(); }

  std::atomic<bool> broken = false;
  mutable std::atomic<int> signatures = 0;
  mutable std::atomic<int> batches = 0;

 private:
  const std::unique_ptr<signer::Signer> real_;
};

// It is x509::kTestNow. Failures are fatal.
class RevokingCa {
 public:
  explicit RevokingCa(uint16_t shards);

  // Records a certificate of this lifetime, and returns its serial number.
  std::string Issue(absl::Duration lifetime = absl::Hours(24));
  void Revoke(absl::string_view serial,
              store::RevocationReason reason = store::RevocationReason::kUnspecified);
  // Records and revokes so many, a thousand at a time.
  void IssueRevoked(int count, absl::Duration lifetime = absl::Hours(24));
  // The clock, and what the store noted of it.
  void Advance(absl::Duration time);

  CrlIssuer issuer() const;
  OcspDelegation::Issue delegate_issue();

  const uint16_t shards;
  const x509::TestCa root;
  const x509::TestCa ca;
  const x509::Certificate certificate;
  BreakableSigner signer;
  testing::FakeClock clock{x509::kTestNow};
  testing::FakeTimeWitness witness{clock};
  store::MemoryStore store;
  const ClockRule clock_rule{clock, witness, store, ClockLimits()};

 private:
  store::CertificateRecord Record(absl::Duration lifetime) const;
  store::Revocation RevocationOf(const store::CertificateRecord& record,
                                 store::RevocationReason reason) const;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_TESTING_REVOKING_CA_H_
