#include "client/verdict/ocsp_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/verdict/revocation_fetch.h"
#include "client/verdict/revocation_text.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_verify.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

// As many octets as RFC 9654 advises.
constexpr size_t kNonceSize = 32;

}  // namespace

absl::StatusOr<OcspAnswer> AskOcsp(const OcspCheck& check) {
  OcspAnswer answer{.url = check.url};
  if (answer.url.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(answer.url,
                             FirstHttpUrl(check.certificate->ocsp_urls, "an OCSP responder"));
  }
  std::string nonce(check.nonce ? kNonceSize : 0, '\0');
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(nonce)));
  FLEETCA_ASSIGN_OR_RETURN(
      std::string der, FetchOcspResponse(answer.url,
                                         x509::BuildOcspRequest(
                                             x509::IssuerHashes(check.certificate->issuer,
                                                                check.issuer->public_key.key_bits),
                                             check.hash, check.certificate->serial, nonce),
                                         check.timeout));
  answer.der = std::make_unique<const std::string>(std::move(der));
  FLEETCA_ASSIGN_OR_RETURN(answer.response, x509::ParseOcspResponse(*answer.der));
  const auto single =
      x509::VerifyOcspResponse(answer.response, {.issuer = check.issuer,
                                                 .issuer_name = check.certificate->issuer,
                                                 .serial = check.certificate->serial,
                                                 .nonce = nonce,
                                                 .at = check.at});
  FLEETCA_RETURN_IF_ERROR(Annotate(single.status(), answer.url));
  answer.single = **single;
  return answer;
}

absl::Status OcspRefusal(const x509::OcspSingleResponse& single, absl::string_view serial) {
  const x509::OcspRevocation& revocation = single.revocation;
  switch (revocation.status) {
    case x509::OcspCertStatus::kGood:
      return absl::OkStatus();
    case x509::OcspCertStatus::kRevoked:
      return PermissionDenied(Reason::kCertificateRevoked,
                              absl::StrCat("The certificate ", SerialText(serial),
                                           " was revoked on ", TimeToWords(revocation.revoked_at),
                                           " (", x509::RevocationReasonName(revocation.reason),
                                           "); do not use it, and have another one issued"));
    case x509::OcspCertStatus::kUnknown:
      break;
  }
  return NotFound(Reason::kNotFound, "certificate",
                  absl::StrCat("The responder does not know the certificate ", SerialText(serial),
                               "; ask that of its issuer"));
}

}  // namespace fleetca::client
