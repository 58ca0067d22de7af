// What a proxy passes on of a request: the head it puts it in, the target, the host, the method and
// the certificate. A path
// that is taken means the same to a backend that decodes it again, merges slashes, resolves dots,
// cuts parameters, turns backslashes and drops what Windows drops; what is written differently and
// decodes to it is it.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/net/http_token.h"
#include "client/authz/http/certificate_text.h"
#include "client/authz/http/request_path.h"
#include "client/authz/serve/request_head.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/pem.h"

namespace fleetca {
namespace {

// Decodes whatever looks like "%XX" and leaves the rest, as lenient backends do.
std::string Decoded(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_encoded = text[i] == '%' && i + 2 < text.size() &&
                            absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                            absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]));
    decoded += is_encoded ? absl::HexStringToBytes(text.substr(i + 1, 2)) : std::string(1, text[i]);
    i += is_encoded ? 2 : 0;
  }
  return decoded;
}

// A backend that does everything that any of them does.
std::string AsABackendReadsIt(absl::string_view encoded) {
  std::string path = Decoded(Decoded(encoded));
  for (char& c : path) {
    c = c == '\\' ? '/' : c;
  }
  path = path.substr(0, path.find_first_of(std::string("?#\0", 3)));
  std::vector<std::string> kept;
  for (absl::string_view segment : absl::StrSplit(path, '/')) {
    segment = segment.substr(0, segment.find(';'));
    if (segment == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
      continue;
    }
    while (!segment.empty() && (segment.back() == '.' || segment.back() == ' ')) {
      segment.remove_suffix(1);
    }
    if (!segment.empty()) {
      kept.emplace_back(segment);
    }
  }
  std::string read;
  for (const std::string& segment : kept) {
    absl::StrAppend(&read, "/", segment);
  }
  return read.empty() ? "/" : read;
}

// Encodes what must be.
std::string Encoded(absl::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        absl::string_view("/-._~!$&'()*+,=:@").find(c) != absl::string_view::npos) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02x", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

void FuzzTarget(absl::string_view input) {
  const auto path = client::ParseRequestPath(input);
  if (!path.ok()) {
    FLEETCA_FUZZ_REQUIRE(path.status().code() == absl::StatusCode::kPermissionDenied);
    FLEETCA_FUZZ_REQUIRE(GetReason(path.status()) == Reason::kCallerNotAllowed);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(client::RequestPathProblem(*path) == nullptr);
  FLEETCA_FUZZ_REQUIRE(path->size() <= client::kMaxPathSize);
  FLEETCA_FUZZ_REQUIRE(AsABackendReadsIt(input.substr(0, input.find('?'))) == *path);
  FLEETCA_FUZZ_REQUIRE(AsABackendReadsIt(*path) == *path);
  FLEETCA_FUZZ_REQUIRE(client::ParseRequestPath(Encoded(*path)).value() == *path);
  FLEETCA_FUZZ_REQUIRE(client::ParseRequestPath(Encoded(*path) + "?/../x").value() == *path);
}

void FuzzHost(absl::string_view input) {
  const auto host = client::ParseRequestHost(input);
  if (host.has_value()) {
    // But for dots at the end, of which one is taken at a time.
    FLEETCA_FUZZ_REQUIRE(absl::EndsWith(*host, ".") || client::ParseRequestHost(*host) == host);
    FLEETCA_FUZZ_REQUIRE(host->find_first_of("/@, \\%") == std::string::npos);
    FLEETCA_FUZZ_REQUIRE(absl::AsciiStrToLower(*host) == *host);
  }
  FLEETCA_FUZZ_REQUIRE(!client::IsHttpMethod(input) || input.size() <= 32);
}

void FuzzHead(absl::string_view input) {
  const auto head = client::ParseRequestHead(input);
  if (!head.ok()) {
    FLEETCA_FUZZ_REQUIRE(head.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  // HTTP/1.0 asks for no Host (RFC 9112 section 3.2), so what was read of it stays well-formed.
  std::string again = absl::StrCat(head->method, " ", head->target, " HTTP/1.0\r\n");
  FLEETCA_FUZZ_REQUIRE(head->headers.size() <= client::kMaxRequestHeaders);
  for (const auto& [name, value] : head->headers) {
    FLEETCA_FUZZ_REQUIRE(IsHttpToken(name));
    FLEETCA_FUZZ_REQUIRE(value.find_first_of("\r\n") == absl::string_view::npos);
    absl::StrAppend(&again, name, ":", value, "\r\n");
  }
  again += "\r\n";
  const auto twice = client::ParseRequestHead(again);
  FLEETCA_FUZZ_REQUIRE(twice.ok() && twice->headers == head->headers);
}

void FuzzCertificate(absl::string_view input) {
  const auto ders = client::ParseCertificateText(input);
  if (!ders.ok()) {
    FLEETCA_FUZZ_REQUIRE(ders.status().code() == absl::StatusCode::kUnauthenticated);
    FLEETCA_FUZZ_REQUIRE(GetReason(ders.status()) == Reason::kCallerUnknown);
    FLEETCA_FUZZ_REQUIRE(ders.status().message().size() < 1000);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(!ders->empty() && ders->size() <= client::kMaxSentCertificates);
  FLEETCA_FUZZ_REQUIRE(input.size() <= client::kMaxCertificateText);
  std::string pem;
  for (const std::string& der : *ders) {
    absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  if (pem.size() <= client::kMaxCertificateText) {
    FLEETCA_FUZZ_REQUIRE(client::ParseCertificateText(pem).value() == *ders);
  }
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  const std::string pem = x509::EncodePem(x509::kPemCertificate, "\xfb\xff\xbe certificate");
  std::string escaped;
  for (const char c : pem) {
    escaped += absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-'
                   ? std::string(1, c)
                   : absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
  }
  return {"/",
          "/orders/7?all=1",
          "/a%20b/c%3Ad/",
          "/a/../b",
          "/%2e%2e/a;x",
          "/a//b\\c%2f",
          "/%252e",
          "[::1]:8443",
          "api.Fleet.example.:443",
          "GET / HTTP/1.1\r\nHost: api.fleet.example\r\n\r\n",
          "GET / HTTP/1.0\r\nAccept: text/html\r\n\r\n",
          pem + pem,
          escaped};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  fleetca::FuzzTarget(input);
  fleetca::FuzzHost(input);
  fleetca::FuzzHead(input);
  fleetca::FuzzCertificate(input);
  return 0;
}
