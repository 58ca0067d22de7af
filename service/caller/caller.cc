#include "service/caller/caller.h"

namespace fleetca::service {

absl::string_view IdentityOf(const Caller& caller) {
  if (const auto* certificate = std::get_if<CertificateCaller>(&caller)) {
    return certificate->spiffe_id;
  }
  if (const auto* own = std::get_if<OwnCaller>(&caller)) {
    return own->spiffe_id;
  }
  const auto* jwt = std::get_if<JwtCaller>(&caller);
  return jwt == nullptr ? absl::string_view() : absl::string_view(jwt->spiffe_id);
}

absl::string_view OtherNamesOf(const Caller& caller) {
  const auto* certificate = std::get_if<CertificateCaller>(&caller);
  return certificate == nullptr ? absl::string_view() : absl::string_view(certificate->other_names);
}

const CallerCertificate* CallerCertificateOf(const Caller& caller) {
  const auto* certificate = std::get_if<CertificateCaller>(&caller);
  return certificate == nullptr ? nullptr : certificate->held.get();
}

absl::string_view AddressOf(const Caller& caller) {
  const auto* certificate = std::get_if<CertificateCaller>(&caller);
  return certificate == nullptr ? absl::string_view() : absl::string_view(certificate->address);
}

absl::Time EndOf(const Caller& caller) {
  const auto* certificate = std::get_if<CertificateCaller>(&caller);
  return certificate == nullptr ? absl::InfiniteFuture()
                                : certificate->not_after + certificate->grace;
}

absl::Time CertificatesEndOf(const Caller& caller) {
  const auto* jwt = std::get_if<JwtCaller>(&caller);
  return jwt == nullptr ? absl::InfiniteFuture() : jwt->certificates_end;
}

const OneUseJwt* OneUseJwtOf(const Caller& caller) {
  if (const auto* certificate = std::get_if<CertificateCaller>(&caller)) {
    return certificate->proof.has_value() ? &*certificate->proof : nullptr;
  }
  const auto* jwt = std::get_if<JwtCaller>(&caller);
  return jwt == nullptr || !jwt->one_use.has_value() ? nullptr : &*jwt->one_use;
}

bool ShowsProof(const Caller& caller) {
  const auto* certificate = std::get_if<CertificateCaller>(&caller);
  return certificate != nullptr && certificate->proof.has_value();
}

x509::Attestation AttestationOf(const Caller& caller) {
  struct Name {
    x509::Attestation operator()(const CertificateCaller&) { return x509::Attestation::kMtls; }
    x509::Attestation operator()(const JoinTokenCaller&) { return x509::Attestation::kJoinToken; }
    x509::Attestation operator()(const JwtCaller&) { return x509::Attestation::kJwt; }
    x509::Attestation operator()(const OwnCaller&) { return x509::Attestation::kOwn; }
  };
  return std::visit(Name(), caller);
}

}  // namespace fleetca::service
