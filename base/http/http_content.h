// Octets that are the same for whoever asks, with what caches need to know of them.
#ifndef FLEETCA_BASE_HTTP_HTTP_CONTENT_H_
#define FLEETCA_BASE_HTTP_HTTP_CONTENT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/http/http_message.h"

namespace fleetca {

// Cheap to copy: copies share the octets. Make one with MakeHttpContent when the octets come into
// being, and not for each answer, because it hashes them.
struct HttpContent {
  std::shared_ptr<const std::string> bytes;  // never null in one that was made
  std::string etag;                          // the SHA-256 of the octets in hex, in quotes
  absl::Time last_modified;
  absl::Time expires;  // infinite future: not said
};

HttpContent MakeHttpContent(std::string bytes, absl::Time last_modified,
                            absl::Time expires = absl::InfiniteFuture());

// 200 with the octets, or 304 without them when the request's If-None-Match, or where it has none
// its If-Modified-Since, says that the client has them (RFC 9110 13.2.2). Either has ETag,
// Last-Modified, Expires and Cache-Control. For GET and HEAD: a POST is answered with 200 always.
HttpAnswer ContentAnswer(const HttpRequest& request, const HttpContent& content,
                         absl::string_view content_type, absl::string_view cache_control);

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_CONTENT_H_
