#include "base/http/http_content.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/http/http_date.h"
#include "base/sha256.h"

namespace fleetca {
namespace {

// Whether a list of entity tags has this one, or is "*". Tags are compared weakly: "W/" counts for
// nothing. A text that is not a list of tags has no tag. Our own tags have no comma, so a tag that
// has one is read as two others.
bool ListsTag(absl::string_view list, absl::string_view etag) {
  if (absl::StripAsciiWhitespace(list) == "*") {
    return true;
  }
  while (!list.empty()) {
    const size_t comma = list.find(',');
    absl::string_view tag = absl::StripAsciiWhitespace(list.substr(0, comma));
    absl::ConsumePrefix(&tag, "W/");
    if (tag == etag) {
      return true;
    }
    list = comma == absl::string_view::npos ? "" : list.substr(comma + 1);
  }
  return false;
}

bool ClientHas(const HttpRequest& request, const HttpContent& content) {
  if (request.method == HttpMethod::kPost) {
    return false;
  }
  if (!request.if_none_match.empty()) {
    return ListsTag(request.if_none_match, content.etag);
  }
  if (request.if_modified_since.empty()) {
    return false;
  }
  const std::optional<absl::Time> since = ParseHttpDate(request.if_modified_since);
  // The header has whole seconds.
  return since.has_value() &&
         absl::ToUnixSeconds(content.last_modified) <= absl::ToUnixSeconds(*since);
}

}  // namespace

HttpContent MakeHttpContent(std::string bytes, absl::Time last_modified, absl::Time expires) {
  const std::array<char, 32> hash = Sha256(bytes);
  HttpContent content;
  content.etag =
      absl::StrCat("\"", absl::BytesToHexString(absl::string_view(hash.data(), hash.size())), "\"");
  content.bytes = std::make_shared<const std::string>(std::move(bytes));
  content.last_modified = last_modified;
  content.expires = expires;
  return content;
}

HttpAnswer ContentAnswer(const HttpRequest& request, const HttpContent& content,
                         absl::string_view content_type, absl::string_view cache_control) {
  HttpAnswer answer;
  answer.headers = {{"ETag", content.etag},
                    {"Last-Modified", HttpDate(content.last_modified)},
                    {"Cache-Control", std::string(cache_control)}};
  if (content.expires != absl::InfiniteFuture()) {
    answer.headers.emplace_back("Expires", HttpDate(content.expires));
  }
  answer.body = content.bytes;
  if (ClientHas(request, content)) {
    answer.status = 304;
    return answer;
  }
  answer.headers.emplace_back("Content-Type", content_type);
  return answer;
}

}  // namespace fleetca
