#include "x509/spiffe_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kSpiffeScheme = "spiffe://";
constexpr size_t kMaxSpiffeId = 2048;
constexpr size_t kMaxTrustDomain = 255;

[[nodiscard]] const char* TrustDomainProblem(absl::string_view trust_domain) {
  if (trust_domain.empty()) {
    return "has no trust domain; write spiffe://trust.domain/path";
  }
  if (trust_domain == "." || trust_domain == "..") {
    return "has the trust domain \".\" or \"..\", which reads as a path; name the domain";
  }
  if (trust_domain.size() > kMaxTrustDomain) {
    return "has a trust domain over 255 octets; shorten it";
  }
  for (const char c : trust_domain) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '.' && c != '-' && c != '_') {
      return "has a trust domain with a character other than a-z, 0-9, \".\", \"-\" and \"_\" "
             "(no upper case, port or user info)";
    }
  }
  return nullptr;
}

// `path` is empty or begins with "/".
[[nodiscard]] const char* SpiffePathProblem(absl::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    size_t size = 0;
    while (size < path.size() && path[size] != '/') {
      const char c = path[size];
      if (!absl::ascii_isalnum(c) && c != '.' && c != '-' && c != '_') {
        return "has a path with a character other than letters, digits, \".\", \"-\" and \"_\" (no "
               "percent-encoding, query or fragment)";
      }
      ++size;
    }
    const absl::string_view segment = path.substr(0, size);
    if (segment.empty()) {
      return "has an empty path segment; write the path without a trailing or doubled \"/\"";
    }
    if (segment == "." || segment == "..") {
      return "has a path segment \".\" or \"..\"; write the path it stands for";
    }
    path.remove_prefix(size);
  }
  return nullptr;
}

}  // namespace

const char* SpiffeIdProblem(absl::string_view id) {
  if (!absl::ConsumePrefix(&id, kSpiffeScheme)) {
    return "is not a SPIFFE ID; write spiffe://trust.domain/path";
  }
  if (id.size() > kMaxSpiffeId - kSpiffeScheme.size()) {
    return "is over 2048 octets; shorten it";
  }
  const size_t slash = std::min(id.find('/'), id.size());
  const char* problem = TrustDomainProblem(id.substr(0, slash));
  return problem != nullptr ? problem : SpiffePathProblem(id.substr(slash));
}

absl::string_view SpiffeTrustDomain(absl::string_view id) {
  return absl::ConsumePrefix(&id, kSpiffeScheme) ? id.substr(0, id.find('/')) : "";
}

absl::string_view SpiffePath(absl::string_view id) {
  if (!absl::ConsumePrefix(&id, kSpiffeScheme)) {
    return "";
  }
  return id.substr(std::min(id.find('/'), id.size()));
}

std::string ServerIdentity(absl::string_view trust_domain) {
  return absl::StrCat("spiffe://", trust_domain, "/svc/fleetca");
}

}  // namespace fleetca::x509
