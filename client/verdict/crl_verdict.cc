#include "client/verdict/crl_verdict.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "client/verdict/revocation_text.h"
#include "x509/canonical_name.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::client {
namespace {

const x509::Certificate& IssuerOf(const x509::Crl& crl,
                                  absl::Span<const x509::HeldCertificate> cas) {
  for (const x509::HeldCertificate& ca : cas) {
    if (x509::CheckCrlIssuer(crl, *ca).ok()) {
      return *ca;
    }
  }
  // For the words of the refusal.
  for (const x509::HeldCertificate& ca : cas) {
    if (x509::SameName(ca->subject, crl.issuer)) {
      return *ca;
    }
  }
  return *cas.front();
}

absl::Status CheckRevocation(const x509::Crl& crl, const x509::Certificate& certificate) {
  const std::optional<x509::CrlEntry> entry = crl.FindEntry(certificate.serial);
  return entry.has_value()
             ? PermissionDenied(
                   Reason::kCertificateRevoked,
                   absl::StrCat("The certificate ", SerialText(certificate.serial),
                                " was revoked on ", TimeToWords(entry->revocation_date), " (",
                                ReasonText(*entry),
                                "); do not use it, and have another one issued"))
             : absl::OkStatus();
}

}  // namespace

absl::Status CrlVerdict::status() const {
  for (const CrlStep& step : steps) {
    if (!step.status.ok()) {
      return step.status;
    }
  }
  return absl::OkStatus();
}

CrlVerdict JudgeCrl(const x509::Crl& crl, absl::Span<const x509::HeldCertificate> cas,
                    const x509::Certificate* certificate, absl::Time now) {
  const x509::Certificate& issuer = IssuerOf(crl, cas);
  CrlVerdict verdict;
  verdict.steps = {{"issuer", x509::CheckCrlIssuer(crl, issuer)},
                   {"signature", x509::CheckCrlSignature(crl, issuer)},
                   {"dates", x509::CheckCrlTime(crl, now)}};
  if (certificate != nullptr && x509::SameName(certificate->issuer, crl.issuer)) {
    verdict.steps.push_back({"scope", x509::CheckCrlScope(crl, *certificate)});
    verdict.steps.push_back({"revocation", CheckRevocation(crl, *certificate)});
  }
  return verdict;
}

}  // namespace fleetca::client
