#include "client/cli/local/stapled_ocsp.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/ocsp_verify.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

// RFC 7633: id-pe-tlsfeature, and the extension of RFC 6066 that it may name.
constexpr absl::string_view kTlsFeature = "\x2b\x06\x01\x05\x05\x07\x01\x18";
constexpr uint64_t kStatusRequest = 5;

StapledOcsp ToStapled(const x509::OcspSingleResponse& single) {
  const x509::OcspRevocation& revocation = single.revocation;
  const std::string until =
      absl::StrCat(" as of ", TimeToWords(single.this_update), " and until ",
                   TimeToWords(single.next_update.value_or(single.this_update)));
  switch (revocation.status) {
    case x509::OcspCertStatus::kGood:
      return {"good", absl::StrCat("good", until)};
    case x509::OcspCertStatus::kRevoked:
      return {"revoked", absl::StrCat("revoked on ", TimeToWords(revocation.revoked_at), " (",
                                      x509::RevocationReasonName(revocation.reason), "),", until)};
    case x509::OcspCertStatus::kUnknown:
      break;
  }
  return {"unknown", absl::StrCat("unknown to the responder", until)};
}

// The certificate whose key signed `leaf`, of `index`, or null.
const x509::Certificate* IssuerIn(const CertificateIndex& index, const x509::Certificate& leaf) {
  for (const x509::Certificate* const candidate : index.WithSubject(leaf.issuer)) {
    if (x509::VerifySignedByKeyOf(leaf, *candidate).ok()) {
      return candidate;
    }
  }
  return nullptr;
}

absl::StatusOr<StapledOcsp> Judge(absl::string_view response,
                                  const std::vector<std::string>& chain_der,
                                  const CertificateIndex& roots, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf, x509::ParseCertificate(chain_der[0]));
  CertificateIndex sent;
  sent.AddAll({chain_der.begin() + 1, chain_der.end()}, "the server");
  const x509::Certificate* issuer = IssuerIn(sent, leaf);
  if (issuer == nullptr) {
    issuer = IssuerIn(roots, leaf);
  }
  if (issuer == nullptr) {
    return InvalidArgument(Reason::kFileInvalid, "",
                           "the certificate of the issuer, which signs it, was not sent");
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::OcspResponse parsed, x509::ParseOcspResponse(response));
  FLEETCA_ASSIGN_OR_RETURN(const x509::OcspSingleResponse* const single,
                           x509::VerifyOcspResponse(parsed, {.issuer = issuer,
                                                             .issuer_name = leaf.issuer,
                                                             .serial = leaf.serial,
                                                             .nonce = "",
                                                             .at = now}));
  return ToStapled(*single);
}

}  // namespace

StapledOcsp JudgeStapledOcsp(absl::string_view response, const std::vector<std::string>& chain_der,
                             const CertificateIndex& roots, absl::Time now) {
  if (response.empty()) {
    return {"none", "none was sent"};
  }
  const absl::StatusOr<StapledOcsp> judged = Judge(response, chain_der, roots, now);
  return judged.ok() ? *judged
                     : StapledOcsp{"invalid",
                                   absl::StrCat("not to be believed: ", judged.status().message())};
}

bool WantsStapledOcsp(absl::string_view certificate_der) {
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(certificate_der);
  const x509::Extension* const features =
      certificate.ok() ? certificate->Find(kTlsFeature) : nullptr;
  x509::der::Reader list, feature(features == nullptr ? "" : features->value);
  if (!feature.ReadNested(x509::der::kSequence, &list)) {
    return false;
  }
  for (uint64_t number = 0; list.ReadUint63(&number);) {
    if (number == kStatusRequest) {
      return true;
    }
  }
  return false;
}

}  // namespace fleetca::client
