#include "service/issuance/request_key.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/time/min_retention.h"

namespace fleetca::service {

absl::Status CheckRequestId(absl::string_view request_id) {
  if (request_id.size() < kMinRequestIdBytes || request_id.size() > kMaxRequestIdBytes) {
    return InvalidArgument(
        Reason::kRequestIdInvalid, "request_id",
        absl::StrCat("request_id has ", request_id.size(), " bytes; take 16 to 64 random ones"));
  }
  return absl::OkStatus();
}

std::string RequestKey(absl::string_view caller, absl::string_view request_id) {
  return Sha256OfParts({"fleetca request key", caller, request_id});
}

std::string RequestDigest(const IssueRequest& request, absl::string_view profile,
                          const HeldCertificate* renewed) {
  const std::string lifetime =
      request.lifetime.has_value() ? absl::StrCat(absl::ToInt64Nanoseconds(*request.lifetime)) : "";
  if (renewed != nullptr) {
    return Sha256OfParts(
        {"fleetca renewal", renewed->lineage, request.csr_der.empty() ? "same key" : "new key",
         request.csr_der.empty() ? renewed->subject_public_key_info : request.csr_der, profile,
         lifetime});
  }
  // Stores hold digests from before there were identities: those without one stay as they were.
  return request.identity.empty()
             ? Sha256OfParts({"fleetca request", request.csr_der, profile, lifetime})
             : Sha256OfParts(
                   {"fleetca request", request.csr_der, profile, lifetime, request.identity});
}

absl::Status ReadRequestId(const IssueRequest& request, absl::string_view owner,
                           absl::string_view profile, const HeldCertificate* renewed,
                           std::string* key, std::string* digest) {
  if (request.request_id.empty() || request.validate_only) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(CheckRequestId(request.request_id));
  *key = RequestKey(owner, request.request_id);
  *digest = RequestDigest(request, profile, renewed);
  return absl::OkStatus();
}

absl::Status CheckMayReplay(const store::CertificateRecord& record, absl::string_view digest,
                            absl::Time now) {
  if (record.request_digest != digest) {
    return AlreadyExists(
        Reason::kRequestIdReused, "request_id",
        "This request_id was used before with another CSR, profile, lifetime or "
        "identity, or for another certificate's renewal; take a new one for a new request");
  }
  if (now >= std::max(record.not_after, record.issued_at + kMinRetention)) {
    return FailedPrecondition(
        Reason::kRequestIdExpired, "request_id",
        absl::StrCat("This request_id was answered before, with a certificate that expired at ",
                     TimeToWords(record.not_after), "; ask again with a new request_id"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
