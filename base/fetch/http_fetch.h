// One document by HTTP or HTTPS. The one door to libcurl is in its .cc file.
#ifndef FLEETCA_BASE_FETCH_HTTP_FETCH_H_
#define FLEETCA_BASE_FETCH_HTTP_FETCH_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca {

// What a URL may begin with. Plain HTTP is for what is signed itself, such as a CRL.
enum class UrlScheme { kHttp, kHttps };

struct HttpFetchOptions {
  std::string url;  // IsPlainUrl
  // The path of a Unix socket to ask at, in place of the URL's host; "": none.
  std::string unix_socket;
  UrlScheme scheme = UrlScheme::kHttps;
  // PEM roots of an HTTPS server; "" for the system's.
  std::string ca_file;
  // What is sent by POST, and its media type; where it is empty, the document is asked for by GET.
  std::string body;
  std::string body_type;
  // Of the answer's body, octets.
  size_t max_bytes = 0;
  // For everything from the name's look-up on.
  absl::Duration timeout = absl::Seconds(5);
  // Whether to go by a proxy where the environment says so (http_proxy, https_proxy).
  bool proxy_of_environment = false;
};

struct FetchedDocument {
  std::string body;
  // The media type as the server says it; "" where it says none.
  std::string type;
};

// Whether `url` is of the scheme, "http://" or "https://" in lower case, and has a host, no user or
// password (a log would have them), no blanks and no control characters.
[[nodiscard]] bool IsPlainUrl(absl::string_view url, UrlScheme scheme);

// The document of an answer, which must be 200. Speaks the scheme's protocol alone, follows no
// redirect, keeps no cookie, sends no credentials, and unpacks nothing. Blocks; thread-safe.
//
// INVALID_ARGUMENT kConfigInvalid about "url" unless IsPlainUrl. UNAVAILABLE kServerUnreachable
// when nothing answers in time, the answer breaks off, or an HTTPS server's certificate is not the
// server's; UNAVAILABLE kAnswerInvalid for another status and for a body over max_bytes.
absl::StatusOr<FetchedDocument> FetchHttp(const HttpFetchOptions& options);

}  // namespace fleetca

#endif  // FLEETCA_BASE_FETCH_HTTP_FETCH_H_
