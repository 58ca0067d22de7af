#include "service/rpc/caller_verifier.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "x509/authz/provenance.h"
#include "x509/chain.h"
#include "x509/peer_certificate.h"
#include "x509/san.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

// What `ca init` writes into serial numbers, which no store has (service/authority/new_ca.cc).
constexpr uint16_t kNoInstance = 0;

absl::Status Unknown(absl::string_view message) {
  return Unauthenticated(Reason::kCallerUnknown, message);
}

// The names that a renewal may keep: those of the certificate that a new one could have, without
// the identity.
std::string OtherNames(const x509::Certificate& leaf) {
  x509::GeneralNames names;
  for (const x509::GeneralName& name : leaf.names) {
    if (name.type != x509::NameType::kUri &&
        x509::CheckName(name, "", x509::Underscores::kAllowed).ok()) {
      names.push_back(name);
    }
  }
  return names.empty() ? "" : x509::BuildSubjectAltName(names);
}

// The client certificate.
absl::StatusOr<x509::Certificate> ParseLeaf(absl::string_view der) {
  absl::StatusOr<x509::Certificate> leaf = x509::ParseCertificate(der);
  return leaf.ok() ? std::move(leaf)
                   : Unknown(absl::StrCat("The client certificate is not well formed: ",
                                          leaf.status().message()));
}

// Whether `leaf` says that `ca` has signed it.
bool IsNamedBy(const x509::Certificate& leaf, const x509::Certificate& ca) {
  return leaf.issuer == ca.subject && leaf.authority_key_id == ca.subject_key_id;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const CallerVerifier>> CallerVerifier::Create(
    CallerVerifierOptions options) {
  if (options.issuing_cas.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "", "There is no issuing CA to believe");
  }
  auto verifier = absl::WrapUnique(new CallerVerifier(std::move(options)));
  for (const std::string& der : verifier->options_.issuing_cas) {
    const size_t number = verifier->issuing_cas_.size() + 1;
    auto ca = x509::ParseCertificate(der);
    if (!ca.ok()) {
      return Annotate(ca.status(), absl::StrCat("issuing CA ", number));
    }
    if (!x509::MayIssue(*ca) || ca->subject_key_id.empty()) {
      return InvalidArgument(Reason::kFileInvalid, "",
                             absl::StrCat("Issuing CA ", number,
                                          " (issuer.certificate_file has the first, "
                                          "issuer.former_certificates_file the others) cannot be "
                                          "trusted: it may not sign certificates, or has no "
                                          "key identifier, or something critical that is not known "
                                          "here; have its certificate made without it"));
    }
    verifier->issuing_cas_.push_back(*std::move(ca));
  }
  return verifier;
}

absl::StatusOr<CertificateCaller> CallerVerifier::Verify(absl::string_view der) const {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf, ParseLeaf(der));
  return VerifyAsOf(leaf, options_.clock->Now());
}

absl::StatusOr<CertificateCaller> CallerVerifier::VerifyForRenewal(absl::string_view der,
                                                                   absl::Time now) const {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf, ParseLeaf(der));
  if (now > leaf.not_after && std::none_of(issuing_cas_.begin(), issuing_cas_.end(),
                                           [&leaf, now](const x509::Certificate& ca) {
                                             return IsNamedBy(leaf, ca) && now <= ca.not_after;
                                           })) {
    return Unknown(
        "The certificate has ended, and so has the issuing CA's that it was issued by, or it was "
        "not issued by this CA; get another one, such as with a join token");
  }
  return VerifyAsOf(leaf, std::min(now, leaf.not_after));
}

absl::StatusOr<CertificateCaller> CallerVerifier::VerifyAsOf(const x509::Certificate& leaf,
                                                             absl::Time time) const {
  // Whatever another CA has signed is refused before any cryptography, and in its own words.
  const bool own =
      std::any_of(issuing_cas_.begin(), issuing_cas_.end(),
                  [&leaf](const x509::Certificate& ca) { return IsNamedBy(leaf, ca); });
  if (!own) {
    return Unknown(
        "The client certificate was not issued by this CA itself; use one that it has issued, or "
        "have the operator list its issuing CA in issuer.former_certificates_file if that was this "
        "CA's before");
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::PeerIdentity peer,
                           x509::VerifyPeer(leaf, {.roots = issuing_cas_,
                                                   .intermediates = {},
                                                   .now = time,
                                                   .trust_domain = options_.trust_domain}));
  CertificateCaller caller{.spiffe_id = std::string(peer.spiffe_id),
                           .not_after = peer.validity.not_after,
                           .other_names = OtherNames(leaf)};
  CallerCertificate held{.serial = std::string(leaf.serial),
                         .subject_public_key_info = std::string(leaf.public_key.spki),
                         .issuer = std::string(leaf.authority_key_id),
                         .lineage = std::string(leaf.serial)};
  // One of before an arc was set, or made by `ca init`, says nothing.
  if (const x509::Extension* extension = leaf.Find(options_.oids.provenance);
      extension != nullptr) {
    const absl::StatusOr<x509::Provenance> provenance = x509::ParseProvenance(extension->value);
    if (provenance.ok()) {
      held.profile = provenance->profile;
      held.generation = provenance->generation.value_or(0);
    }
  }
  caller.held = std::make_shared<const CallerCertificate>(std::move(held));
  return caller;
}

absl::Status CallerVerifier::CheckRecord(absl::string_view der, CertificateCaller* caller) const {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf, x509::ParseCertificate(der));
  const absl::StatusOr<x509::SerialNumber> serial = x509::SerialNumber::FromBytes(leaf.serial);
  if (!serial.ok()) {
    return Unknown("The client certificate has a serial number that this CA does not give");
  }
  const absl::StatusOr<store::CertificateRecord> record =
      options_.store->GetBySerial(serial->bytes());
  if (record.ok()) {
    if (record->certificate == der) {
      CallerCertificate held = *caller->held;
      held.profile = record->profile;
      held.lineage = store::LineageOf(*record);
      // Records of releases that kept no lineages say 0.
      held.generation = std::max(held.generation, record->generation);
      caller->held = std::make_shared<const CallerCertificate>(std::move(held));
      return absl::OkStatus();
    }
    if (uint64_t suppressed = 0; forged_limiter_.Allow(SteadyTime(), &suppressed)) {
      log::Error(
          "A client certificate was signed with the issuing CA's key and has the serial number of "
          "another: someone else has signed with the key",
          {{"identity", leaf.SpiffeId()},
           {"serial", serial->ToHex()},
           {"lines_suppressed", suppressed}});
    }
    return Unknown("The client certificate is not the one that was issued with its serial number");
  }
  if (!absl::IsNotFound(record.status())) {
    return record.status();
  }
  const x509::Extension* const extension = leaf.Find(options_.oids.provenance);
  if (serial->instance_id() == kNoInstance ||
      (extension != nullptr && x509::ParseProvenance(extension->value).ok())) {
    return absl::OkStatus();
  }
  if (uint64_t suppressed = 0; unrecorded_limiter_.Allow(SteadyTime(), &suppressed)) {
    log::Warning(
        "A client certificate that the issuing CA's key has signed is in no record and does not "
        "say how it came to be, so it was refused",
        {{"identity", leaf.SpiffeId()},
         {"serial", serial->ToHex()},
         {"lines_suppressed", suppressed}});
  }
  return Unknown(
      "The client certificate is not among those that this CA has recorded; get another one, with "
      "a join token where there is no other");
}

}  // namespace fleetca::service
