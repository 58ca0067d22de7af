#include "x509/revocation/crl_verify.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/canonical_name.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/signature_verifier.h"
#include "x509/tbs.h"

namespace fleetca::x509 {
namespace {

absl::Status Refuse(Reason reason, absl::string_view message) {
  return InvalidArgument(reason, "crl", message);
}

}  // namespace

absl::Status CheckCrlIssuer(const Crl& crl, const Certificate& issuer) {
  if (!SameName(crl.issuer, issuer.subject)) {
    return Refuse(Reason::kCrlIssuerOther,
                  absl::StrCat("The CRL is of the issuer \"", NameToText(crl.issuer),
                               "\", not of \"", NameToText(issuer.subject),
                               "\"; give the certificate of the CA that issued it"));
  }
  if (!crl.authority_key_id.empty() && !issuer.subject_key_id.empty() &&
      crl.authority_key_id != issuer.subject_key_id) {
    return Refuse(
        Reason::kCrlIssuerOther,
        absl::StrCat("The CRL is of the key ", absl::BytesToHexString(crl.authority_key_id),
                     " of \"", NameToText(issuer.subject), "\", whose certificate here has ",
                     absl::BytesToHexString(issuer.subject_key_id),
                     "; give the certificate of that key"));
  }
  if (issuer.key_usage != 0 && (issuer.key_usage & kCrlSign) == 0) {
    return Refuse(
        Reason::kCrlIssuerOther,
        absl::StrCat("The certificate of \"", NameToText(issuer.subject),
                     "\" has no cRLSign in its keyUsage, so it may not sign CRLs; give that "
                     "of the CA"));
  }
  return absl::OkStatus();
}

absl::Status CheckCrlSignature(const Crl& crl, const Certificate& issuer) {
  const absl::StatusOr<SignatureAlgorithm> algorithm =
      ParseAlgorithmIdentifier(crl.signature_algorithm, "crl.signature_algorithm");
  if (!algorithm.ok()) {
    return Refuse(Reason::kSignatureInvalid,
                  absl::StrCat("The CRL cannot be trusted: ", algorithm.status().message()));
  }
  const absl::Status verified =
      VerifySignature(issuer.public_key, *algorithm, crl.tbs, crl.signature, "crl.signature");
  if (absl::IsInvalidArgument(verified)) {
    return Refuse(Reason::kSignatureInvalid,
                  absl::StrCat("The CRL was not signed by the key of \"",
                               NameToText(issuer.subject), "\": ", verified.message()));
  }
  return verified;
}

absl::Status CheckCrlTime(const Crl& crl, absl::Time at) {
  if (at < crl.this_update) {
    return Refuse(Reason::kCrlNotYetValid,
                  absl::StrCat("The CRL is valid from ", TimeToWords(crl.this_update),
                               ", which is after ", TimeToWords(at), "; check the clock"));
  }
  if (at > crl.next_update) {
    return Refuse(
        Reason::kCrlExpired,
        absl::StrCat("The CRL was valid until ", TimeToWords(crl.next_update), ", which is before ",
                     TimeToWords(at), "; fetch the newest from the CA"));
  }
  return absl::OkStatus();
}

absl::Status CheckCrlScope(const Crl& crl, const Certificate& certificate) {
  if (!SameName(crl.issuer, certificate.issuer)) {
    return Refuse(Reason::kCrlIssuerOther,
                  absl::StrCat("The CRL is of the issuer \"", NameToText(crl.issuer),
                               "\", and the certificate was issued by \"",
                               NameToText(certificate.issuer), "\"; take the CRL of that one"));
  }
  if (crl.only_contains_user_certs && certificate.is_ca) {
    return Refuse(Reason::kFileInvalid,
                  "The CRL is of certificates that are no CA's, and this one is; take the "
                  "issuer's CRL of CA certificates");
  }
  if (crl.only_contains_ca_certs && !certificate.is_ca) {
    return Refuse(Reason::kFileInvalid,
                  "The CRL is of certificates of CAs, and this one is none; take the CRL that "
                  "the certificate names");
  }
  if (!crl.distribution_point.empty() &&
      std::find(certificate.crl_urls.begin(), certificate.crl_urls.end(), crl.distribution_point) ==
          certificate.crl_urls.end()) {
    return Refuse(
        Reason::kFileInvalid,
        absl::StrCat(
            "The CRL is of the certificates that name ", crl.distribution_point,
            ", and this one names ",
            certificate.crl_urls.empty() ? "no CRL" : absl::StrJoin(certificate.crl_urls, ", "),
            "; take the CRL that it names, or one of all certificates"));
  }
  return absl::OkStatus();
}

absl::Status VerifyCrl(const Crl& crl, const Certificate& issuer, absl::Time at) {
  FLEETCA_RETURN_IF_ERROR(CheckCrlIssuer(crl, issuer));
  FLEETCA_RETURN_IF_ERROR(CheckCrlSignature(crl, issuer));
  return CheckCrlTime(crl, at);
}

}  // namespace fleetca::x509
