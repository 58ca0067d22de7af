#include "service/renewals/early_renewal_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/certificate_record.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxProfileSize = 256;
constexpr char kScheme[] = "https://";

absl::Status CheckUrl(const std::string& url) {
  if (url.size() > kMaxExplanationUrlSize) {
    return InvalidArgument(Reason::kRequestTooLarge, "explanation_url",
                           absl::StrCat("explanation_url has ", url.size(),
                                        " octets; give at most ", kMaxExplanationUrlSize));
  }
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char octet) {
    return absl::ascii_isgraph(static_cast<unsigned char>(octet));
  });
  if (!url.empty() &&
      (!is_plain || !absl::StartsWith(url, kScheme) || url.size() == sizeof(kScheme) - 1)) {
    return InvalidArgument(Reason::kConfigInvalid, "explanation_url",
                           "explanation_url is not a URL that begins with https:// and has no "
                           "spaces or other characters that have to be escaped");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEarlyRenewalRequest(const EarlyRenewalRequest& request) {
  if (request.identity.empty() && request.profile.empty() && request.issuer.empty() &&
      request.issued_from == absl::InfinitePast() && request.issued_to == absl::InfiniteFuture()) {
    return InvalidArgument(
        Reason::kRequestEmpty, "early_renewal",
        "The request would have every certificate renewed; say an identity, a "
        "profile, an issuing CA, or a time from or up to which they were issued");
  }
  if (!request.identity.empty()) {
    FLEETCA_RETURN_IF_ERROR(x509::CheckSpiffeId(request.identity, "identity"));
  }
  if (request.profile.size() > kMaxProfileSize) {
    return InvalidArgument(Reason::kConfigInvalid, "profile",
                           "profile is longer than the name of any profile");
  }
  if (request.issuer.size() > store::kMaxIssuerSize) {
    return InvalidArgument(
        Reason::kConfigInvalid, "issuer_key_id",
        absl::StrCat("issuer_key_id has ", request.issuer.size(),
                     " octets; a key identifier has at most ", store::kMaxIssuerSize));
  }
  if (request.issued_from >= request.issued_to) {
    return InvalidArgument(Reason::kConfigInvalid, "issued_to",
                           "issued_to is not after issued_from, so no certificate was issued then");
  }
  return CheckUrl(request.explanation_url);
}

}  // namespace fleetca::service
