#include "service/jwt/https_fetch.h"

#include <utility>

#include "base/errors.h"
#include "base/fetch/http_fetch.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::Status CheckHttpsUrl(absl::string_view url) {
  return IsPlainUrl(url, UrlScheme::kHttps)
             ? absl::OkStatus()
             : InvalidArgument(Reason::kConfigInvalid, "url",
                               "the URL of a key set is not https://HOST/PATH without user, "
                               "password and blanks; name the issuer's jwks_uri");
}

absl::StatusOr<std::string> FetchHttps(const HttpsFetchOptions& options) {
  FLEETCA_RETURN_IF_ERROR(CheckHttpsUrl(options.url));
  FLEETCA_ASSIGN_OR_RETURN(FetchedDocument document, FetchHttp({.url = options.url,
                                                                .scheme = UrlScheme::kHttps,
                                                                .ca_file = options.ca_file,
                                                                .max_bytes = options.max_bytes,
                                                                .timeout = options.timeout,
                                                                .proxy_of_environment = true}));
  return std::move(document.body);
}

}  // namespace fleetca::service
