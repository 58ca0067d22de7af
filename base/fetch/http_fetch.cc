#include "base/fetch/http_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace fleetca {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlPtr = std::unique_ptr<CURL, FreeHandle>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

struct Body {
  std::string bytes;
  size_t max_bytes;
  bool too_large = false;
};

absl::string_view NameOf(UrlScheme scheme) {
  return scheme == UrlScheme::kHttps ? "https" : "http";
}

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

void SetTls(CURL* handle, const HttpFetchOptions& options, CURLcode* outcome) {
  Set(handle, CURLOPT_SSL_VERIFYPEER, 1L, outcome);
  Set(handle, CURLOPT_SSL_VERIFYHOST, 2L, outcome);
  Set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2), outcome);
  if (!options.ca_file.empty()) {
    Set(handle, CURLOPT_CAINFO, options.ca_file.c_str(), outcome);
    Set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr), outcome);
  }
}

// `headers` belongs to the caller and outlives the transfer, as `options` does.
void SetPost(CURL* handle, const HttpFetchOptions& options, HeaderList* headers,
             CURLcode* outcome) {
  const std::string type = absl::StrCat("Content-Type: ", options.body_type);
  headers->reset(curl_slist_append(nullptr, type.c_str()));
  if (*headers == nullptr) {
    *outcome = CURLE_OUT_OF_MEMORY;
  }
  Set(handle, CURLOPT_HTTPHEADER, headers->get(), outcome);
  Set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(options.body.size()), outcome);
  Set(handle, CURLOPT_POSTFIELDS, options.body.c_str(), outcome);
}

// Everything that is not its default and safe.
CURLcode Configure(CURL* handle, const HttpFetchOptions& options, Body* body, char* message) {
  CURLcode outcome = CURLE_OK;
  const long milliseconds = static_cast<long>(absl::ToInt64Milliseconds(options.timeout));
  Set(handle, CURLOPT_ERRORBUFFER, message, &outcome);
  Set(handle, CURLOPT_URL, options.url.c_str(), &outcome);
  Set(handle, CURLOPT_PROTOCOLS_STR, NameOf(options.scheme).data(), &outcome);
  Set(handle, CURLOPT_FOLLOWLOCATION, 0L, &outcome);
  Set(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L, &outcome);
  if (!options.proxy_of_environment) {
    Set(handle, CURLOPT_PROXY, "", &outcome);
  }
  if (!options.unix_socket.empty()) {
    Set(handle, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str(), &outcome);
  }
  SetTls(handle, options, &outcome);
  // Signals would be the whole process's.
  Set(handle, CURLOPT_NOSIGNAL, 1L, &outcome);
  Set(handle, CURLOPT_TIMEOUT_MS, milliseconds, &outcome);
  Set(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds, &outcome);
  Set(handle, CURLOPT_USERAGENT, "fleetca", &outcome);
  Set(handle, CURLOPT_WRITEFUNCTION, &AppendBody, &outcome);
  Set(handle, CURLOPT_WRITEDATA, body, &outcome);
  return outcome;
}

absl::StatusOr<FetchedDocument> DocumentOf(CURL* handle, absl::string_view url, Body body) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return Unavailable(Reason::kAnswerInvalid,
                       absl::StrCat(url, " answers with status ", status,
                                    ", not 200; redirects are not followed"));
  }
  const char* type = nullptr;
  curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type);
  return FetchedDocument{std::move(body.bytes), type == nullptr ? "" : type};
}

}  // namespace

bool IsPlainUrl(absl::string_view url, UrlScheme scheme) {
  absl::string_view host = url;
  if (!absl::ConsumePrefix(&host, NameOf(scheme)) || !absl::ConsumePrefix(&host, "://")) {
    return false;
  }
  host = host.substr(0, host.find_first_of("/?#"));
  const bool blank = std::any_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
  });
  return !host.empty() && !absl::StrContains(host, '@') && !blank;
}

absl::StatusOr<FetchedDocument> FetchHttp(const HttpFetchOptions& options) {
  // Once in a process, and here before any thread of libcurl's own can be.
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (!IsPlainUrl(options.url, options.scheme)) {
    return InvalidArgument(Reason::kConfigInvalid, "url",
                           absl::StrCat("the URL is not ", NameOf(options.scheme),
                                        "://HOST/PATH without user, password and blanks"));
  }
  const CurlPtr handle(initialized == CURLE_OK ? curl_easy_init() : nullptr);
  char message[CURL_ERROR_SIZE] = "";
  Body body{"", options.max_bytes};
  HeaderList headers;
  CURLcode outcome =
      handle == nullptr ? CURLE_FAILED_INIT : Configure(handle.get(), options, &body, message);
  if (outcome == CURLE_OK && !options.body.empty()) {
    SetPost(handle.get(), options, &headers, &outcome);
  }
  if (outcome != CURLE_OK) {
    return Internal(Reason::kInternal, "libcurl cannot be set up");
  }
  outcome = curl_easy_perform(handle.get());
  if (body.too_large) {
    return Unavailable(Reason::kAnswerInvalid, absl::StrCat(options.url, " answers with over ",
                                                            options.max_bytes, " octets"));
  }
  if (outcome != CURLE_OK) {
    return Unavailable(Reason::kServerUnreachable,
                       absl::StrCat(options.url, " cannot be fetched: ",
                                    message[0] != '\0' ? message : curl_easy_strerror(outcome)));
  }
  return DocumentOf(handle.get(), options.url, std::move(body));
}

}  // namespace fleetca
