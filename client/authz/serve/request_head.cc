#include "client/authz/serve/request_head.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/net/http_token.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kLineEnd = "\r\n";
constexpr absl::string_view kHeadEnd = "\r\n\r\n";

absl::Status Malformed(absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "",
                         absl::StrCat("The HTTP request ", problem, "; send it as RFC 9112 says"));
}

bool IsControl(char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t'; }

absl::Status ParseFirstLine(absl::string_view line, RequestHead* head) {
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  if (parts.size() != 3 || !IsHttpToken(parts[0]) || parts[1].empty() ||
      absl::StrContains(parts[1], "\t") || (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0")) {
    return Malformed("does not begin with a method, a target and HTTP/1");
  }
  head->method = parts[0];
  head->target = parts[1];
  return absl::OkStatus();
}

absl::Status ParseHeader(absl::string_view line, RequestHead* head) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || !IsHttpToken(line.substr(0, colon))) {
    return Malformed("has a line that is not a header");
  }
  if (head->headers.size() >= kMaxRequestHeaders) {
    return Malformed("has too many headers");
  }
  head->headers.emplace_back(line.substr(0, colon),
                             absl::StripAsciiWhitespace(line.substr(colon + 1)));
  return absl::OkStatus();
}

auto CountOf(const RequestHead& head, absl::string_view name) {
  return std::count_if(head.headers.begin(), head.headers.end(), [name](const auto& header) {
    return absl::EqualsIgnoreCase(header.first, name);
  });
}

absl::Status CheckHost(const RequestHead& head, absl::string_view first_line) {
  const auto hosts = CountOf(head, "Host");
  if (hosts > 1) {
    return Malformed("has more than one Host");
  }
  return hosts == 0 && absl::EndsWith(first_line, "HTTP/1.1") ? Malformed("has no Host")
                                                              : absl::OkStatus();
}

// No body is read here. But a proxy that passes on such a request has read it in one of two ways,
// and the backend may read it in the other: it would serve a request that nobody judged.
absl::Status CheckBodySize(const RequestHead& head) {
  if (CountOf(head, "Content-Length") + CountOf(head, "Transfer-Encoding") > 1) {
    return Malformed("says more than once how long its body is");
  }
  for (const auto& [name, value] : head.headers) {
    if (absl::EqualsIgnoreCase(name, "Content-Length") &&
        (value.empty() || !std::all_of(value.begin(), value.end(), absl::ascii_isdigit))) {
      return Malformed("has a Content-Length that is not a number");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<absl::string_view> RequestHead::Only(absl::string_view name) const {
  absl::string_view value;
  int count = 0;
  for (const auto& [key, given] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) {
      value = given;
      ++count;
    }
  }
  return count > 1 ? std::nullopt : std::optional(value);
}

absl::StatusOr<RequestHead> ParseRequestHead(absl::string_view bytes) {
  const size_t end = bytes.find(kHeadEnd);
  if (end == absl::string_view::npos || end + kHeadEnd.size() > kMaxRequestHead) {
    return InvalidArgument(Reason::kRequestEmpty, "", "The HTTP request's head has no end");
  }
  RequestHead head;
  bool is_first = true;
  for (const absl::string_view line : absl::StrSplit(bytes.substr(0, end), kLineEnd)) {
    if (std::any_of(line.begin(), line.end(), IsControl)) {
      return Malformed("has a control character in its head");
    }
    const absl::Status parsed = is_first ? ParseFirstLine(line, &head) : ParseHeader(line, &head);
    if (!parsed.ok()) {
      return parsed;
    }
    is_first = false;
  }
  FLEETCA_RETURN_IF_ERROR(CheckHost(head, bytes.substr(0, bytes.find(kLineEnd))));
  FLEETCA_RETURN_IF_ERROR(CheckBodySize(head));
  return head;
}

}  // namespace fleetca::client
