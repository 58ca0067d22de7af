#include "client/verdict/revocation_fetch.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/fetch/http_fetch.h"
#include "base/status_macros.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::client {
namespace {

// That the answer is not what was asked for, and what it says of itself.
absl::Status NotWanted(const std::string& url, const FetchedDocument& answer,
                       absl::string_view wanted, const absl::Status& problem) {
  return Unavailable(
      Reason::kAnswerInvalid,
      absl::StrCat(url, " does not answer with ", wanted, " but with ", answer.body.size(),
                   " octets of ",
                   answer.type.empty() ? "no media type"
                                       : absl::StrCat("\"", absl::CHexEscape(answer.type), "\""),
                   ": ", problem.message()));
}

}  // namespace

absl::StatusOr<std::string> FirstHttpUrl(const x509::UrlList& urls, absl::string_view what) {
  for (const absl::string_view url : urls) {
    if (IsPlainUrl(url, UrlScheme::kHttp)) {
      return std::string(url);
    }
  }
  return InvalidArgument(
      Reason::kFileInvalid, "",
      absl::StrCat("the certificate names no http:// URL of ", what, "; give the URL yourself"));
}

absl::StatusOr<std::vector<HeldCrl>> FetchCrls(const std::string& url, absl::Duration timeout) {
  FLEETCA_ASSIGN_OR_RETURN(const FetchedDocument answer, FetchHttp({.url = url,
                                                                    .scheme = UrlScheme::kHttp,
                                                                    .max_bytes = x509::kMaxCrlSize,
                                                                    .timeout = timeout}));
  absl::StatusOr<std::vector<HeldCrl>> crls = ReadCrls(answer.body);
  return crls.ok() ? std::move(crls) : NotWanted(url, answer, "a CRL", crls.status());
}

absl::StatusOr<std::string> FetchOcspResponse(const std::string& url, absl::string_view request,
                                              absl::Duration timeout) {
  HttpFetchOptions options{
      .url = absl::StrCat(absl::StripSuffix(url, "/"), "/", x509::EncodeOcspGetPath(request)),
      .scheme = UrlScheme::kHttp,
      .max_bytes = x509::kMaxOcspResponseSize,
      .timeout = timeout};
  // A query is the responder's own, behind which no path can stand.
  if (options.url.size() > x509::kMaxOcspGetSize || absl::StrContains(url, '?')) {
    options.url = url;
    options.body = std::string(request);
    options.body_type = "application/ocsp-request";
  }
  FLEETCA_ASSIGN_OR_RETURN(FetchedDocument answer, FetchHttp(options));
  const absl::Status parsed = x509::ParseOcspResponse(answer.body).status();
  return parsed.ok()
             ? std::move(answer.body)
             : absl::StatusOr<std::string>(NotWanted(url, answer, "an OCSP response", parsed));
}

}  // namespace fleetca::client
