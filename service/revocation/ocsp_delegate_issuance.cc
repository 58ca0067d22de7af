#include "service/revocation/ocsp_delegate_issuance.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "x509/cert_spec.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/public_key.h"
#include "x509/serial.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

// For clocks that are behind.
constexpr absl::Duration kBackdate = absl::Minutes(5);
constexpr size_t kKeyIdDigits = 8;

x509::TbsTemplateOptions TemplateOptions(const x509::Certificate& issuer,
                                         const signer::Signer& signer) {
  x509::TbsTemplateOptions options;
  options.issuer = std::string(issuer.subject);
  options.authority_key_id = std::string(issuer.subject_key_id);
  options.signature_scheme = signer.scheme();
  options.extended_key_usage = {std::string(x509::oid::kOcspSigning)};
  options.ocsp_responder = true;
  return options;
}

// What the lint is told, apart from the template.
x509::LintPolicy Policy(const x509::Certificate& issuer, const signer::Signer& signer,
                        absl::Duration lifetime) {
  x509::LintPolicy policy;
  policy.issuer = std::string(issuer.subject);
  policy.authority_key_id = std::string(issuer.subject_key_id);
  policy.signature_scheme = signer.scheme();
  policy.issuer_not_after = issuer.not_after;
  policy.max_validity = lifetime + kBackdate + absl::Seconds(1);
  policy.key_usage = x509::kDigitalSignature;
  policy.extended_key_usage = {std::string(x509::oid::kOcspSigning)};
  policy.names_required = false;
  policy.ocsp_responder = true;
  return policy;
}

absl::Status Record(const x509::CertSpec& spec, const x509::Certificate& issuer,
                    absl::string_view name, const std::string& der, absl::Time now,
                    store::Store& store) {
  const std::array<char, 32> key = Sha256(spec.subject_public_key_info);
  store::CertificateRecord record;
  record.serial = std::string(spec.serial.bytes());
  record.certificate = der;
  record.identity = std::string(name);
  record.requester = std::string(kOcspDelegateRequester);
  record.profile = std::string(kOcspDelegateProfile);
  record.issued_at = now;
  record.not_before = spec.not_before;
  record.not_after = spec.not_after;
  record.issuer = std::string(issuer.subject_key_id);
  record.spki_sha256 = std::string(key.data(), key.size());
  store::Commit commit;
  commit.certificates = absl::MakeConstSpan(&record, 1);
  return store.Write(commit).status();
}

}  // namespace

absl::StatusOr<std::string> IssueOcspDelegate(const x509::Certificate& issuer,
                                              const signer::Signer& signer,
                                              const OcspDelegateOrder& order, store::Store& store) {
  if (issuer.not_after <= order.now) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing CA's certificate ended at ", TimeToWords(issuer.not_after),
                     ", so there is no certificate for its OCSP responder"));
  }
  x509::CertSpec spec;
  FLEETCA_ASSIGN_OR_RETURN(const x509::PublicKey key,
                           x509::ParsePublicKey(order.public_key, "key"));
  spec.subject_public_key_info = key.spki;
  spec.key_bits = key.key_bits;
  spec.not_before = FloorToSecond(std::max(order.now - kBackdate, issuer.not_before));
  spec.not_after = std::min(FloorToSecond(order.now + order.lifetime), issuer.not_after);
  FLEETCA_ASSIGN_OR_RETURN(
      spec.serial, x509::SerialNumber::Create(spec.not_after, store.instance_id(), order.now));
  const std::string name = absl::StrCat(
      "fleetca OCSP responder ",
      absl::BytesToHexString(x509::KeyIdentifier(key.key_bits)).substr(0, kKeyIdDigits));
  spec.subject = x509::BuildName("", name);
  FLEETCA_ASSIGN_OR_RETURN(const auto tbs_template,
                           x509::TbsTemplate::Create(TemplateOptions(issuer, signer)));
  FLEETCA_ASSIGN_OR_RETURN(
      Prepared prepared,
      x509::LintTbs(tbs_template->Build(spec), Policy(issuer, signer, order.lifetime),
                    {spec.serial.bytes(), spec.subject_public_key_info}));
  absl::StatusOr<signer::SignedMessage> result = absl::InternalError("not signed");
  signer.SignBatch(absl::MakeSpan(&prepared, 1), absl::MakeSpan(&result, 1));
  FLEETCA_RETURN_IF_ERROR(result.status());
  std::string der = x509::AssembleCertificate(result->message, signer.scheme(), result->signature);
  FLEETCA_RETURN_IF_ERROR(Record(spec, issuer, name, der, order.now, store));
  return der;
}

}  // namespace fleetca::service
