#include "service/jwt/https_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

struct Cleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlPtr = std::unique_ptr<CURL, Cleanup>;

struct Body {
  std::string bytes;
  size_t max_bytes;
  bool too_large = false;
};

// libcurl's write callback; another number than it was given ends the transfer.
size_t AppendBody(char* data, size_t size, size_t count, void* target) {
  Body* body = static_cast<Body*>(target);
  const size_t octets = size * count;
  if (octets > body->max_bytes - body->bytes.size()) {
    body->too_large = true;
    return 0;
  }
  body->bytes.append(data, octets);
  return octets;
}

template <typename T>
void Set(CURL* handle, CURLoption option, T value, CURLcode* outcome) {
  if (*outcome == CURLE_OK) {
    *outcome = curl_easy_setopt(handle, option, value);
  }
}

// Everything that is not its default and safe.
CURLcode Configure(CURL* handle, const HttpsFetchOptions& options, Body* body, char* message) {
  CURLcode outcome = CURLE_OK;
  const long milliseconds = static_cast<long>(absl::ToInt64Milliseconds(options.timeout));
  Set(handle, CURLOPT_ERRORBUFFER, message, &outcome);
  Set(handle, CURLOPT_URL, options.url.c_str(), &outcome);
  Set(handle, CURLOPT_PROTOCOLS_STR, "https", &outcome);
  Set(handle, CURLOPT_FOLLOWLOCATION, 0L, &outcome);
  Set(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L, &outcome);
  Set(handle, CURLOPT_SSL_VERIFYPEER, 1L, &outcome);
  Set(handle, CURLOPT_SSL_VERIFYHOST, 2L, &outcome);
  Set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2), &outcome);
  if (!options.ca_file.empty()) {
    Set(handle, CURLOPT_CAINFO, options.ca_file.c_str(), &outcome);
    Set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr), &outcome);
  }
  // Signals would be the whole process's.
  Set(handle, CURLOPT_NOSIGNAL, 1L, &outcome);
  Set(handle, CURLOPT_TIMEOUT_MS, milliseconds, &outcome);
  Set(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds, &outcome);
  Set(handle, CURLOPT_USERAGENT, "fleetca", &outcome);
  Set(handle, CURLOPT_WRITEFUNCTION, &AppendBody, &outcome);
  Set(handle, CURLOPT_WRITEDATA, body, &outcome);
  return outcome;
}

}  // namespace

absl::Status CheckHttpsUrl(absl::string_view url) {
  absl::string_view host = url;
  const bool https = absl::ConsumePrefix(&host, "https://");
  host = host.substr(0, host.find_first_of("/?#"));
  const bool blank = std::any_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
  });
  if (!https || host.empty() || absl::StrContains(host, '@') || blank) {
    return InvalidArgument(Reason::kConfigInvalid, "url",
                           "the URL of a key set is not https://HOST/PATH without user, password "
                           "and blanks; name the issuer's jwks_uri");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> FetchHttps(const HttpsFetchOptions& options) {
  // Once in a process, and here before any thread of libcurl's own can be.
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  FLEETCA_RETURN_IF_ERROR(CheckHttpsUrl(options.url));
  const CurlPtr handle(initialized == CURLE_OK ? curl_easy_init() : nullptr);
  char message[CURL_ERROR_SIZE] = "";
  Body body{"", options.max_bytes};
  if (handle == nullptr || Configure(handle.get(), options, &body, message) != CURLE_OK) {
    return Internal(Reason::kInternal, "libcurl cannot be set up");
  }
  const CURLcode outcome = curl_easy_perform(handle.get());
  if (body.too_large) {
    return Unavailable(Reason::kAnswerInvalid, absl::StrCat(options.url, " answers with over ",
                                                            options.max_bytes, " octets"));
  }
  if (outcome != CURLE_OK) {
    return Unavailable(Reason::kServerUnreachable,
                       absl::StrCat(options.url, " cannot be fetched: ",
                                    message[0] != '\0' ? message : curl_easy_strerror(outcome)));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return Unavailable(Reason::kAnswerInvalid,
                       absl::StrCat(options.url, " answers with status ", status,
                                    ", not 200; redirects are not followed"));
  }
  return std::move(body.bytes);
}

}  // namespace fleetca::service
