#include "client/verdict/self_signed.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/csr_signature.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/serial.h"
#include "x509/tbs.h"

namespace fleetca::client {
namespace {

// RFC 5280 A.1: ub-common-name.
constexpr size_t kMaxCommonName = 64;

std::string SubjectOf(absl::Span<const x509::RequestedName> names) {
  for (const x509::RequestedName& name : names) {
    if (name.type == x509::NameType::kDns && name.value.size() <= kMaxCommonName) {
      return x509::BuildName("", name.value);
    }
  }
  return x509::BuildName("", "fleetca self-signed");
}

absl::StatusOr<x509::GeneralNames> CheckedNames(absl::Span<const x509::RequestedName> names) {
  x509::GeneralNames checked;
  for (const x509::RequestedName& name : names) {
    const x509::GeneralName general{name.type, name.value};
    FLEETCA_RETURN_IF_ERROR(x509::CheckName(general, "--name"));
    checked.push_back(general);
  }
  return checked;
}

absl::Status CheckDays(int days) {
  return days >= 1 && days <= kMaxSelfSignedDays
             ? absl::OkStatus()
             : InvalidArgument(
                   Reason::kLifetimeInvalid, "--days",
                   absl::StrCat("A self-signed certificate lives for 1 to ", kMaxSelfSignedDays,
                                " days, as browsers take none that lives longer; ", days,
                                " days are asked for"));
}

}  // namespace

absl::StatusOr<std::string> MakeSelfSigned(EVP_PKEY* key,
                                           absl::Span<const x509::RequestedName> names, int days,
                                           absl::Time now) {
  FLEETCA_RETURN_IF_ERROR(CheckDays(days));
  FLEETCA_ASSIGN_OR_RETURN(const SignatureScheme scheme, CsrSignatureScheme(key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));
  FLEETCA_ASSIGN_OR_RETURN(const x509::PublicKey public_key, x509::ParsePublicKey(spki, "--key"));
  FLEETCA_RETURN_IF_ERROR(x509::CheckPublicKey(public_key, "--key"));
  x509::CertSpec spec;
  FLEETCA_ASSIGN_OR_RETURN(spec.names, CheckedNames(names));
  spec.not_before = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  spec.not_after = spec.not_before + absl::Hours(24) * days - absl::Seconds(1);
  FLEETCA_ASSIGN_OR_RETURN(spec.serial, x509::SerialNumber::Create(spec.not_after, 0, now));
  spec.subject = SubjectOf(names);
  spec.subject_public_key_info = spki;
  spec.key_bits = public_key.key_bits;

  x509::TbsTemplateOptions options{.issuer = spec.subject,
                                   .authority_key_id = x509::KeyIdentifier(public_key.key_bits),
                                   .signature_scheme = scheme,
                                   .extended_key_usage = {std::string(x509::oid::kServerAuth),
                                                          std::string(x509::oid::kClientAuth)},
                                   .no_rev_avail = true};
  const x509::LintPolicy policy{.issuer = options.issuer,
                                .authority_key_id = options.authority_key_id,
                                .self_signed = true,
                                .signature_scheme = scheme,
                                .issuer_not_after = spec.not_after,
                                .max_validity = absl::Hours(24) * kMaxSelfSignedDays,
                                .key_usage = x509::kDigitalSignature,
                                .extended_key_usage = options.extended_key_usage,
                                .no_rev_avail = true};
  FLEETCA_ASSIGN_OR_RETURN(const auto made, x509::TbsTemplate::Create(std::move(options)));
  const std::string tbs = made->Build(spec);
  FLEETCA_RETURN_IF_ERROR(
      x509::LintTbs(tbs, policy, {.serial = spec.serial.bytes(), .subject_public_key_info = spki})
          .status());
  FLEETCA_ASSIGN_OR_RETURN(const std::string signature, SignCsr(key, scheme, tbs));
  return x509::AssembleCertificate(tbs, scheme, signature);
}

}  // namespace fleetca::client
