// Callers by the proof of a renewal, which stands for the certificate of the handshake.
#ifndef FLEETCA_SERVICE_RPC_RENEWAL_PROOFS_H_
#define FLEETCA_SERVICE_RPC_RENEWAL_PROOFS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/log_limiter.h"
#include "service/call/control_pool.h"
#include "service/caller/caller.h"
#include "service/policy/current_policy.h"
#include "service/revocation/renewable_certificates.h"
#include "service/rpc/caller_verifier.h"
#include "service/time/clock_rule.h"
#include "store/store.h"

namespace fleetca::service {

// For how long after their end certificates are renewed: by their profile, and not for longer than
// the store has what it knows of them, which is `retention`.
RenewalGraces RenewalGracesOf(const Policy& policy, absl::Duration retention);

// A proof may come from anyone, so what it costs is bounded: proofs are judged on two threads of
// their own, whoever sent them in turns and with a share of a short queue; and no signature is
// verified of a proof whose form is wrong, nor by a key that no certificate of this CA has.
// Thread-safe.
class RenewalProofs {
 public:
  // As CallerVerifier::Create; the errors of Thread::Start. `retention` is how long after its end
  // the store has a certificate's record and revocation for certain. The references, and the store,
  // outlive it.
  static absl::StatusOr<std::unique_ptr<RenewalProofs>> Create(CallerVerifierOptions options,
                                                               const store::Store& store,
                                                               absl::Duration retention,
                                                               const CurrentPolicy& policies,
                                                               const ClockRule& clock_rule);
  RenewalProofs(const RenewalProofs&) = delete;
  RenewalProofs& operator=(const RenewalProofs&) = delete;

  // Has `work`, which is to call Judge, wait for its turn among that of `sender`: whoever the
  // handshake says, and "" for strangers, who are one sender together. As ControlPool::Submit.
  [[nodiscard]] absl::Status Submit(absl::string_view sender, ControlWork& work) {
    return pool_->Submit(sender, work);
  }

  // Who has signed `proof`, which came from `address` with a request for `csr_der` ("" for none).
  // That is the holder of the proof's certificate, which is judged as in a handshake, except that
  // it may have ended by no more than the grace of its profile. Nothing is used up. Waits for the
  // store.
  //   kRenewalProofInvalid: as RenewalProof::Read and CheckSignature
  //   UNAUTHENTICATED kCallerUnknown, kCallerCertificateExpired
  //   PERMISSION_DENIED kCertificateRevoked, for a certificate that has ended; whether a valid one
  //     was revoked, the issuer asks when the request has its turn
  //   UNAVAILABLE kClockRefused; the store's errors
  absl::StatusOr<CertificateCaller> Judge(absl::string_view proof, absl::string_view csr_der,
                                          absl::string_view address);

  // Proofs that Judge refused since the start.
  uint64_t refused() const { return refused_; }

 private:
  RenewalProofs(std::string audience, std::unique_ptr<const CallerVerifier> verifier,
                const store::Store& store, absl::Duration retention, const CurrentPolicy& policies,
                const ClockRule& clock_rule)
      : audience_(std::move(audience)),
        verifier_(std::move(verifier)),
        store_(store),
        retention_(retention),
        policies_(policies),
        clock_rule_(clock_rule) {}

  // `identity` becomes that of the certificate as soon as it is believed.
  absl::StatusOr<CertificateCaller> Find(absl::string_view proof, absl::string_view csr_der,
                                         absl::Time now, std::string* identity) const;
  // Of a certificate that has ended: within its grace, which goes into `caller`, and neither
  // forgotten nor revoked.
  absl::Status CheckGrace(absl::Time now, CertificateCaller* caller) const;
  void LogRefusal(const absl::Status& why, absl::string_view identity, absl::string_view address);

  const std::string audience_;
  const std::unique_ptr<const CallerVerifier> verifier_;
  const store::Store& store_;
  const absl::Duration retention_;
  const CurrentPolicy& policies_;
  const ClockRule& clock_rule_;
  std::atomic<uint64_t> refused_{0};
  log::Limiter refusals_{10};
  std::unique_ptr<ControlPool> pool_;  // the last member: its threads use the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_RENEWAL_PROOFS_H_
