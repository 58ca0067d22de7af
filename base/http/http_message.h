// A request over HTTP as a handler reads it, and what the handler answers.
#ifndef FLEETCA_BASE_HTTP_HTTP_MESSAGE_H_
#define FLEETCA_BASE_HTTP_HTTP_MESSAGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleetca {

// The three that a server of ours answers; others are refused before a handler hears of them.
enum class HttpMethod { kGet, kHead, kPost };

// One request, whole. Every view is good until the handler returns. Nothing was checked but that
// the request is one: whoever reads a part judges it.
struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  // The path as it came, with its escapes, without scheme, host and query: "/ocsp/MFQw%2Fw==".
  absl::string_view path;
  // Headers, "" where the request has none.
  absl::string_view content_type;
  absl::string_view if_none_match;
  absl::string_view if_modified_since;
  // Of a POST; "" else.
  absl::string_view body;
};

// What a handler answers. Content-Length, Date and Connection are the server's to add.
struct HttpAnswer {
  int status = 200;
  // Names and values, neither with a control character.
  std::vector<std::pair<std::string, std::string>> headers;
  // Null: no body. Held until the last octet was sent, and never copied. To HEAD and with 304 only
  // its size is sent, which has to be that of a 200 to GET (RFC 9110 8.6).
  std::shared_ptr<const std::string> body;

  // The first value of the header of this name, octet for octet; "" when there is none.
  absl::string_view Header(absl::string_view name) const;
};

// A sentence in text/plain, and a line feed, which no cache keeps: for errors, and for what changes
// at once.
HttpAnswer TextAnswer(int status, absl::string_view sentence);

// 405 with what the path can be asked by: "GET, HEAD".
HttpAnswer MethodNotAllowed(absl::string_view allowed);

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_MESSAGE_H_
