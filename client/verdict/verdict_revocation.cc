#include "client/verdict/verdict_revocation.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "client/verdict/crl_verdict.h"
#include "client/verdict/ocsp_check.h"
#include "x509/canonical_name.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

using x509::HeldCertificate;

// Why no word of the certificate's revocation could be believed; OK where one could.
absl::Status CheckHasIssuer(const Verdict& verdict, size_t chain_size) {
  if (!verdict.trusted) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The chain does not lead to a trusted root, so nobody who is trusted "
                           "says whether the certificate is revoked; mend the chain first");
  }
  return chain_size < 2
             ? Unauthenticated(Reason::kCallerUnknown,
                               "The certificate itself is listed as a root, so nobody above it "
                               "says whether it is revoked; trust the root of its CA instead")
             : absl::OkStatus();
}

// The path that was judged; what cannot be read ends it.
std::vector<HeldCertificate> ChainOf(const Verdict& verdict) {
  std::vector<HeldCertificate> chain;
  for (const std::string& der : verdict.chain) {
    absl::StatusOr<HeldCertificate> held = x509::HoldTrustAnchor(der);
    if (!held.ok()) {
      break;
    }
    chain.push_back(*std::move(held));
  }
  return chain;
}

// Why the CRLs do not clear the certificate; OK where one of them does. *spoken is whether one is
// of its issuer.
absl::Status JudgeOne(absl::Span<const HeldCrl> crls, const x509::Certificate& certificate,
                      absl::Span<const HeldCertificate> issuer, absl::Time at, bool* spoken) {
  absl::Status refusal;
  bool cleared = false;
  for (const HeldCrl& crl : crls) {
    if (!x509::SameName(crl->issuer, certificate.issuer)) {
      continue;
    }
    *spoken = true;
    const absl::Status verdict = JudgeCrl(*crl, issuer, &certificate, at).status();
    // A CRL that lists it is believed before another one that does not.
    if (GetReason(verdict) == Reason::kCertificateRevoked) {
      return verdict;
    }
    cleared = cleared || verdict.ok();
    refusal.Update(verdict);
  }
  return cleared ? absl::OkStatus() : refusal;
}

absl::Status NoCrlOf(const x509::Certificate& certificate, const HeldCrl& given) {
  return InvalidArgument(
      Reason::kCrlIssuerOther, "crl",
      absl::StrCat("No CRL here is of the certificate's issuer \"",
                   x509::NameToText(certificate.issuer), "\"; the first is of \"",
                   x509::NameToText(given->issuer),
                   "\"; fetch the one that the certificate names: fleetca crl get --of FILE"));
}

}  // namespace

void JudgeByCrls(absl::Span<const HeldCrl> crls, absl::Time at, Verdict* verdict) {
  if (crls.empty()) {
    return verdict->Skip("crl", "No CRL was given.");
  }
  const std::vector<HeldCertificate> chain = ChainOf(*verdict);
  if (absl::Status missing = CheckHasIssuer(*verdict, chain.size()); !missing.ok()) {
    return verdict->Fail("crl", std::move(missing));
  }
  int cleared = 0;
  for (size_t i = 0; i + 1 < chain.size(); ++i) {
    bool spoken = false;
    const absl::Status status =
        JudgeOne(crls, *chain[i], absl::MakeConstSpan(&chain[i + 1], 1), at, &spoken);
    if (i == 0 && !spoken) {
      return verdict->Fail("crl", NoCrlOf(*chain[0], crls.front()));
    }
    if (!status.ok()) {
      return verdict->Fail(
          "crl", i == 0
                     ? status
                     : Annotate(status, absl::StrCat("The intermediate \"",
                                                     x509::NameToText(chain[i]->subject), "\"")));
    }
    cleared += spoken ? 1 : 0;
  }
  verdict->Pass(
      "crl",
      absl::StrCat("The certificate is not in the CRL of its issuer",
                   cleared > 1 ? ", nor are the CAs above it of which CRLs speak" : "", "."));
}

void JudgeByOcsp(const OcspStep& step, absl::Time at, Verdict* verdict) {
  if (!step.asked) {
    return verdict->Skip("ocsp", "No OCSP responder was asked.");
  }
  const std::vector<HeldCertificate> chain = ChainOf(*verdict);
  if (absl::Status missing = CheckHasIssuer(*verdict, chain.size()); !missing.ok()) {
    return verdict->Fail("ocsp", std::move(missing));
  }
  const absl::StatusOr<OcspAnswer> answer = AskOcsp({.certificate = &*chain[0],
                                                     .issuer = &*chain[1],
                                                     .url = step.url,
                                                     .nonce = true,
                                                     .timeout = step.timeout,
                                                     .at = at});
  if (!answer.ok()) {
    return verdict->Fail("ocsp", answer.status());
  }
  const absl::Status refusal = OcspRefusal(answer->single, chain[0]->serial);
  if (!refusal.ok()) {
    return verdict->Fail("ocsp", refusal);
  }
  verdict->Pass("ocsp", absl::StrCat("The responder at ", answer->url, " says good, as of ",
                                     TimeToWords(answer->single.this_update), ".",
                                     answer->response.nonce.has_value()
                                         ? ""
                                         : " Its answer has no nonce, so it may have been made "
                                           "before, and sent again."));
}

}  // namespace fleetca::client
