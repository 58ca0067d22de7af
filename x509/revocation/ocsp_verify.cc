#include "x509/revocation/ocsp_verify.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/canonical_name.h"
#include "x509/name.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_delegate.h"
#include "x509/signature_algorithm.h"
#include "x509/signature_verifier.h"

namespace fleetca::x509 {
namespace {

constexpr char kResponder[] = "ocsp_response.responder";

absl::Status Untrusted(absl::string_view problem) {
  return InvalidArgument(
      Reason::kOcspResponderUntrusted, kResponder,
      absl::StrCat("The OCSP response cannot be believed: ", problem,
                   "; ask the responder that the issuing CA names in its certificates"));
}

absl::Status CheckAnswered(OcspResponseStatus status) {
  if (status == OcspResponseStatus::kSuccessful) {
    return absl::OkStatus();
  }
  if (status == OcspResponseStatus::kTryLater || status == OcspResponseStatus::kInternalError) {
    return Unavailable(Reason::kOcspNotAnswered,
                       absl::StrCat("The OCSP responder answered ", OcspResponseStatusName(status),
                                    "; ask again later"));
  }
  return FailedPrecondition(
      Reason::kOcspNotAnswered, "ocsp_response",
      absl::StrCat("The OCSP responder answered ", OcspResponseStatusName(status),
                   "; it has no word on this certificate, so ask the responder of its issuer"));
}

// Whether the response names the holder of this certificate as its responder.
bool IsResponder(const OcspResponse& response, const Certificate& certificate) {
  if (!response.responder_name.empty()) {
    return SameName(response.responder_name, certificate.subject);
  }
  const auto hash = ResponderKeyHash(certificate.public_key.key_bits);
  return response.responder_key_hash == absl::string_view(hash.data(), hash.size());
}

// Whether the key of `signer` made the signature.
absl::Status VerifySignature(const OcspResponse& response, const Certificate& signer) {
  const absl::StatusOr<SignatureAlgorithm> algorithm =
      ParseAlgorithmIdentifier(response.signature_algorithm, "ocsp_response.signature_algorithm");
  if (!algorithm.ok()) {
    return Untrusted(algorithm.status().message());
  }
  const absl::Status verified =
      x509::VerifySignature(signer.public_key, *algorithm, response.response_data,
                            response.signature, "ocsp_response.signature");
  if (absl::IsInvalidArgument(verified)) {
    return Untrusted(absl::StrCat("the signature was not made by the key of \"",
                                  NameToText(signer.subject), "\": ", verified.message()));
  }
  return verified;
}

absl::Status CheckDelegate(const Certificate& delegate, const OcspQuestion& question) {
  if (const char* const fault = OcspDelegateFault(delegate, *question.issuer); fault != nullptr) {
    return Untrusted(absl::StrCat("its responder's certificate ", fault));
  }
  if (question.at + question.skew < delegate.not_before ||
      question.at - question.skew > delegate.not_after) {
    return Untrusted("its responder's certificate is not valid at this time");
  }
  const absl::Status is_signed = VerifySignedByKeyOf(delegate, *question.issuer);
  return absl::IsInvalidArgument(is_signed) ? Untrusted(is_signed.message()) : is_signed;
}

absl::Status VerifySigner(const OcspResponse& response, const OcspQuestion& question) {
  if (IsResponder(response, *question.issuer)) {
    return VerifySignature(response, *question.issuer);
  }
  // The signature is asked of the first certificate alone that the responder's name is of: a
  // responder sends one, and a list of many is not to cost as many signatures.
  for (const absl::string_view der : response.certificates) {
    const absl::StatusOr<Certificate> delegate = ParseCertificate(der);
    if (!delegate.ok() || !IsResponder(response, *delegate)) {
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(CheckDelegate(*delegate, question));
    return VerifySignature(response, *delegate);
  }
  return Untrusted("it was not signed by the issuing CA, and has no certificate of who signed it");
}

absl::Status CheckTimes(const OcspSingleResponse& single, const OcspQuestion& question) {
  const auto stale = [](absl::string_view problem,
                        absl::string_view remedy =
                            "ask the responder again, and look at both clocks") {
    return InvalidArgument(Reason::kOcspResponseStale, "ocsp_response.responses",
                           absl::StrCat("The OCSP response ", problem, "; ", remedy));
  };
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  };
  if (single.this_update > question.at + question.skew) {
    return stale(absl::StrCat("is of ", text(single.this_update), ", which lies ahead"));
  }
  if (!single.next_update.has_value()) {
    return stale(
        "does not say until when it is good",
        "have the responder write nextUpdate, without which anyone could show this answer for "
        "ever (RFC 9919)");
  }
  if (*single.next_update < single.this_update) {
    return stale("ends before it begins");
  }
  if (*single.next_update < question.at - question.skew) {
    return stale(absl::StrCat("was good until ", text(*single.next_update)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const OcspSingleResponse*> VerifyOcspResponse(const OcspResponse& response,
                                                             const OcspQuestion& question) {
  FLEETCA_RETURN_IF_ERROR(CheckAnswered(response.status));
  FLEETCA_RETURN_IF_ERROR(VerifySigner(response, question));
  const auto other = [](absl::string_view problem) {
    return InvalidArgument(
        Reason::kOcspResponseOther, "ocsp_response.responses",
        absl::StrCat("The OCSP response ", problem, "; ask the responder again"));
  };
  if (!question.nonce.empty() && response.nonce.has_value() && *response.nonce != question.nonce) {
    return other("has another nonce than the request, so it is an old one");
  }
  // A responder may go by either spelling of the issuer's name; the key is the same.
  const IssuerHashes issuer(*question.issuer);
  const IssuerHashes as_called(
      question.issuer_name.empty() ? question.issuer->subject : question.issuer_name,
      question.issuer->public_key.key_bits);
  const OcspSingleResponse* answer = nullptr;
  for (const OcspSingleResponse& single : response.responses) {
    if (single.cert_id.serial != question.serial ||
        (!issuer.Matches(single.cert_id) && !as_called.Matches(single.cert_id))) {
      continue;
    }
    // One for each hash, or the same twice; which of two that differ is right nobody can tell.
    if (answer != nullptr && single.revocation.status != answer->revocation.status) {
      return other("calls the certificate that was asked about both one thing and another");
    }
    answer = answer == nullptr ? &single : answer;
  }
  if (answer == nullptr) {
    return other("says nothing of the certificate that was asked about");
  }
  FLEETCA_RETURN_IF_ERROR(CheckTimes(*answer, question));
  return answer;
}

}  // namespace fleetca::x509
