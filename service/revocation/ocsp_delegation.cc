#include "service/revocation/ocsp_delegation.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "signer/local_signer.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(10);

// Half of the life is left then, so that a CA that cannot issue for days still answers.
absl::Time RenewFrom(const OcspDelegate& delegate) {
  return delegate.not_before + (delegate.not_after - delegate.not_before) / 2;
}

// The caller has parsed it before.
x509::Certificate ParsedBefore(absl::string_view der) {
  absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
  return certificate.ok() ? *std::move(certificate) : x509::Certificate();
}

}  // namespace

OcspDelegation::OcspDelegation(std::string issuer_der, Issue issue, absl::Duration max_validity,
                               const ClockRule& clock_rule)
    : issuer_der_(std::move(issuer_der)),
      issue_(std::move(issue)),
      max_validity_(max_validity),
      clock_rule_(clock_rule),
      issuer_(ParsedBefore(issuer_der_)),
      hashes_(issuer_),
      status_(Unavailable(Reason::kOcspNotAnswered,
                          "The OCSP responder has no certificate yet; retry")) {}

absl::StatusOr<std::unique_ptr<OcspDelegation>> OcspDelegation::Create(
    std::string issuer_certificate, Issue issue, absl::Duration max_validity,
    const ClockRule& clock_rule) {
  FLEETCA_RETURN_IF_ERROR(x509::ParseCertificate(issuer_certificate).status());
  return absl::WrapUnique(new OcspDelegation(std::move(issuer_certificate), std::move(issue),
                                             max_validity, clock_rule));
}

void OcspDelegation::Look() {
  const absl::StatusOr<absl::Time> now = clock_rule_.Now();
  if (now.ok() && *now < try_from_ && try_from_ <= *now + kRetry) {
    return;  // a clock that was set back must not make it wait for longer
  }
  const absl::Status status = now.ok() ? Renew(*now) : now.status();
  bool is_new = false;
  {
    absl::MutexLock lock(&mutex_);
    is_new = status.message() != status_.message();
    status_ = status;
  }
  if (!status.ok()) {
    try_from_ = now.ok() ? *now + kRetry : try_from_;
    if (is_new) {
      log::Error("The OCSP responder cannot have a new certificate", {{"error", status.message()}});
    }
  }
}

absl::Status OcspDelegation::Renew(absl::Time now) {
  const std::shared_ptr<const OcspDelegate> old = Current();
  if (old != nullptr && now >= old->not_before && now < RenewFrom(*old)) {
    return absl::OkStatus();
  }
  // One that ends with the issuer's has no successor that lives longer.
  if (old != nullptr && now >= old->not_before && now < old->not_after &&
      old->not_after >= issuer_.not_after) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const OcspDelegate> made, Make(now));
  log::Info("The OCSP responder has a new certificate",
            {{"not_after", TimeToText(made->not_after)}});
  absl::MutexLock lock(&mutex_);
  current_.swap(made);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const OcspDelegate>> OcspDelegation::Make(absl::Time now) const {
  auto made = std::make_shared<OcspDelegate>();
  FLEETCA_ASSIGN_OR_RETURN(EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSIGN_OR_RETURN(made->signer, signer::CreateLocalSigner(std::move(key)));
  FLEETCA_ASSIGN_OR_RETURN(made->certificate, issue_(made->signer->public_key(), now));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(made->certificate));
  if (certificate.public_key.spki != made->signer->public_key()) {
    return Internal(Reason::kInternal, "The OCSP responder was given a certificate of another key");
  }
  made->not_before = certificate.not_before;
  made->not_after = certificate.not_after;
  FLEETCA_ASSIGN_OR_RETURN(made->maker, x509::OcspResponseTemplate::Create(issuer_, certificate,
                                                                           made->signer->scheme()));
  FLEETCA_ASSIGN_OR_RETURN(made->lint, x509::OcspLint::Create(issuer_, certificate, max_validity_));
  return made;
}

std::shared_ptr<const OcspDelegate> OcspDelegation::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

absl::Status OcspDelegation::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace fleetca::service
