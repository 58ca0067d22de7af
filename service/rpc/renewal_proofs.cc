#include "service/rpc/renewal_proofs.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "base/time_text.h"
#include "service/jwt/renewal_proof.h"
#include "service/policy/policy_profile.h"

namespace fleetca::service {
namespace {

constexpr ControlPool::Options kPool = {.threads = 2, .capacity = 256, .about = "renewal proofs"};

absl::Status Ended(const CertificateCaller& caller, absl::string_view why) {
  return Unauthenticated(Reason::kCallerCertificateExpired,
                         absl::StrCat("The certificate of ", caller.spiffe_id, " ended at ",
                                      TimeToWords(caller.not_after), ", and ", why,
                                      ". Enroll anew with a new key, such as by a join token"));
}

}  // namespace

RenewalGraces RenewalGracesOf(const Policy& policy, absl::Duration retention) {
  RenewalGraces graces;
  for (const PolicyProfile& one : policy.profiles()) {
    if (one.renewal_grace > absl::ZeroDuration()) {
      graces[one.profile.name()] = std::min(one.renewal_grace, retention);
    }
  }
  return graces;
}

absl::StatusOr<std::unique_ptr<RenewalProofs>> RenewalProofs::Create(CallerVerifierOptions options,
                                                                     const store::Store& store,
                                                                     absl::Duration retention,
                                                                     const CurrentPolicy& policies,
                                                                     const ClockRule& clock_rule) {
  std::string audience = RenewalProofAudience(options.trust_domain);
  FLEETCA_ASSIGN_OR_RETURN(auto verifier, CallerVerifier::Create(std::move(options)));
  auto proofs = absl::WrapUnique(new RenewalProofs(std::move(audience), std::move(verifier), store,
                                                   retention, policies, clock_rule));
  FLEETCA_ASSIGN_OR_RETURN(proofs->pool_, ControlPool::Start(kPool));
  return proofs;
}

absl::StatusOr<CertificateCaller> RenewalProofs::Judge(absl::string_view proof,
                                                       absl::string_view csr_der,
                                                       absl::string_view address) {
  // Else nobody can say how old the proof is.
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  std::string identity;
  absl::StatusOr<CertificateCaller> caller = Find(proof, csr_der, now, &identity);
  if (caller.ok()) {
    caller->address = std::string(address);
    return caller;
  }
  if (absl::IsUnauthenticated(caller.status()) || absl::IsPermissionDenied(caller.status())) {
    ++refused_;
    LogRefusal(caller.status(), identity, address);
  }
  return caller;
}

absl::StatusOr<CertificateCaller> RenewalProofs::Find(absl::string_view proof,
                                                      absl::string_view csr_der, absl::Time now,
                                                      std::string* identity) const {
  FLEETCA_ASSIGN_OR_RETURN(
      const RenewalProof read,
      RenewalProof::Read(proof, {.audience = audience_, .csr_der = csr_der, .now = now}));
  FLEETCA_ASSIGN_OR_RETURN(CertificateCaller caller,
                           verifier_->VerifyForRenewal(read.certificate(), now));
  *identity = caller.spiffe_id;
  // Before the store is asked: certificates are public, and whoever has one could ask for nothing.
  FLEETCA_RETURN_IF_ERROR(read.CheckSignature());
  FLEETCA_RETURN_IF_ERROR(verifier_->CheckRecord(read.certificate(), &caller));
  caller.proof = read.use();
  if (now >= caller.not_after) {
    FLEETCA_RETURN_IF_ERROR(CheckGrace(now, &caller));
  }
  return caller;
}

absl::Status RenewalProofs::CheckGrace(absl::Time now, CertificateCaller* caller) const {
  const CallerCertificate& held = *caller->held;
  // Revocations and records are dropped at times of their own after that: a certificate must not
  // come back in between.
  const RenewalGraces graces = RenewalGracesOf(*policies_.Current(), retention_);
  const auto given = graces.find(held.profile);
  caller->grace = given == graces.end() ? absl::ZeroDuration() : given->second;
  if (now >= caller->not_after + caller->grace) {
    return Ended(*caller, caller->grace == absl::ZeroDuration()
                              ? "its profile gives no grace after that (renewal_grace)"
                              : absl::StrCat("the grace of its profile, ",
                                             absl::FormatDuration(caller->grace), ", is over"));
  }
  // Whoever is asked in a handshake forgets what was revoked soon after it ended, as it is refused
  // anyway; the store keeps it as long as the record. Where that is gone, nobody knows any more.
  const absl::Status recorded = store_.GetBySerial(held.serial).status();
  if (absl::IsNotFound(recorded)) {
    return Ended(*caller, "this CA has no record of it, or none any more (store.retention)");
  }
  FLEETCA_RETURN_IF_ERROR(recorded);
  const absl::StatusOr<store::Revocation> revocation = store_.GetRevocation(held.serial);
  if (revocation.ok()) {
    return PermissionDenied(Reason::kCertificateRevoked,
                            absl::StrCat("The certificate ", absl::BytesToHexString(held.serial),
                                         " was revoked at ", TimeToWords(revocation->revoked_at),
                                         "; enroll anew with a new key, such as by a join token"));
  }
  return absl::IsNotFound(revocation.status()) ? absl::OkStatus() : revocation.status();
}

void RenewalProofs::LogRefusal(const absl::Status& why, absl::string_view identity,
                               absl::string_view address) {
  uint64_t suppressed = 0;
  if (refusals_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("A renewal proof was refused", {{"why", why.message()},
                                                 {"identity", identity},
                                                 {"peer", address},
                                                 {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::service
