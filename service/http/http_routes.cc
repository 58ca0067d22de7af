#include "service/http/http_routes.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/ocsp_answer.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::service {
namespace {

constexpr char kOcspPrefix[] = "/ocsp/";
constexpr char kCrlPrefix[] = "/crl/";
constexpr char kCertificatePrefix[] = "/aia/";
constexpr char kRootsPath[] = "/roots.pem";

constexpr char kCrlType[] = "application/pkix-crl";
constexpr char kOcspType[] = "application/ocsp-response";
constexpr char kOcspRequestType[] = "application/ocsp-request";
constexpr char kCertificateType[] = "application/pkix-cert";
constexpr char kPemType[] = "application/x-pem-file";

// A revocation is in the next CRL about a minute later, and a cache must not make much more of it.
constexpr absl::Duration kMostCrlAge = absl::Minutes(1);
constexpr char kCertificateCaching[] = "max-age=3600,public";
// A subject key identifier is 20 octets, or up to 32 where a CA made another choice.
constexpr size_t kMostIssuerDigits = 64;
constexpr uint32_t kMostShards = 65536;
constexpr absl::Duration kRetryAfter = absl::Seconds(10);

bool IsIssuer(absl::string_view text) {
  return !text.empty() && text.size() <= kMostIssuerDigits && text.size() % 2 == 0 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// One spelling for each: no sign, space or leading zero.
std::optional<uint32_t> ParseShard(absl::string_view text) {
  uint32_t shard = 0;
  if (!absl::SimpleAtoi(text, &shard) || absl::StrCat(shard) != text || shard >= kMostShards) {
    return std::nullopt;
  }
  return shard;
}

bool IsRead(const HttpRequest& request) { return request.method != HttpMethod::kPost; }

HttpAnswer NoSuchPath() {
  return TextAnswer(404,
                    "There is nothing at this path; there are /crl/, /ocsp, /aia/, /roots.pem, "
                    "/healthz and /readyz");
}

HttpAnswer NotNow(absl::string_view sentence) {
  HttpAnswer answer = TextAnswer(503, sentence);
  answer.headers.emplace_back("Retry-After", absl::StrCat(absl::ToInt64Seconds(kRetryAfter)));
  return answer;
}

HttpAnswer ErrorAnswer(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return TextAnswer(404, status.message());
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted: {
      HttpAnswer answer = TextAnswer(503, status.message());
      const int64_t seconds = absl::ToInt64Seconds(GetRetryDelay(status).value_or(kRetryAfter));
      answer.headers.emplace_back("Retry-After", absl::StrCat(std::max<int64_t>(seconds, 1)));
      return answer;
    }
    default:
      return TextAnswer(500, status.message());
  }
}

int64_t SecondsUntil(absl::Time time, absl::Time now) {
  return std::max<int64_t>(absl::ToInt64Seconds(time - now), 0);
}

// Whether it is the media type of OCSP requests: in any case, and whatever parameters follow (RFC
// 9110 8.3.1).
bool SaysOcspRequest(absl::string_view content_type) {
  return absl::EqualsIgnoreCase(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))), kOcspRequestType);
}

// An OCSP response that no cache keeps.
HttpAnswer PassingOcsp(std::shared_ptr<const std::string> der) {
  return {.headers = {{"Content-Type", kOcspType}, {"Cache-Control", "no-store"}},
          .body = std::move(der)};
}

}  // namespace

HttpRoutes::Route HttpRoutes::RouteOf(absl::string_view path) {
  return path == "/ocsp" || absl::StartsWith(path, kOcspPrefix) ? Route::kOcsp
         : absl::StartsWith(path, kCrlPrefix)                   ? Route::kCrl
         : absl::StartsWith(path, kCertificatePrefix)           ? Route::kCertificate
         : path == kRootsPath                                   ? Route::kRoots
         : path == "/healthz"                                   ? Route::kAlive
         : path == "/readyz"                                    ? Route::kReady
                                                                : Route::kOther;
}

std::vector<HttpRoutes::RouteCount> HttpRoutes::counts() const {
  // In the order of Route.
  constexpr absl::string_view kNames[kRoutes] = {
      kCrlPrefix, "/ocsp", kCertificatePrefix, kRootsPath, "/healthz", "/readyz", "other"};
  std::vector<RouteCount> counts;
  for (size_t route = 0; route < kRoutes; ++route) {
    counts.push_back({kNames[route], answers_[route].load(std::memory_order_relaxed)});
  }
  return counts;
}

HttpAnswer HttpRoutes::Answer(const HttpRequest& request) {
  const Route route = RouteOf(request.path);
  answers_[static_cast<size_t>(route)].fetch_add(1, std::memory_order_relaxed);
  if (route == Route::kOther) {
    return NoSuchPath();
  }
  if (route == Route::kOcsp) {
    return AnswerOcsp(request);
  }
  if (!IsRead(request)) {
    return MethodNotAllowed("GET, HEAD");
  }
  switch (route) {
    case Route::kCrl:
      return AnswerCrl(request, absl::StripPrefix(request.path, kCrlPrefix));
    case Route::kCertificate:
    case Route::kRoots:
      return AnswerCertificate(request, absl::StripPrefix(request.path, kCertificatePrefix));
    default:
      return AnswerHealth(request);
  }
}

std::string HttpRoutes::CrlCacheControl(const HttpContent& crl) const {
  const int64_t most = absl::ToInt64Seconds(kMostCrlAge);
  return absl::StrCat("max-age=", std::min(most, SecondsUntil(crl.expires, clock_.Now())),
                      ",public,no-transform,must-revalidate");
}

HttpAnswer HttpRoutes::AnswerCrl(const HttpRequest& request, absl::string_view name) {
  absl::string_view issuer = name;
  if (absl::ConsumeSuffix(&issuer, ".pem") && IsIssuer(issuer)) {
    return AnswerCrlPem(request, issuer);
  }
  if (!absl::ConsumeSuffix(&issuer, ".crl")) {
    return NoSuchPath();
  }
  std::optional<uint32_t> shard;
  if (const size_t slash = issuer.find('/'); slash != absl::string_view::npos) {
    shard = ParseShard(issuer.substr(slash + 1));
    issuer = issuer.substr(0, slash);
    if (!shard.has_value()) {
      return NoSuchPath();
    }
  }
  const bool is_root = issuer == "root" && !shard.has_value();
  if (!is_root && !IsIssuer(issuer)) {
    return NoSuchPath();
  }
  if (sources_.crls == nullptr) {
    return NotNow("This CA publishes no CRLs");
  }
  const absl::StatusOr<HttpContent> crl =
      is_root ? sources_.crls->FindRoot() : sources_.crls->Find(issuer, shard);
  return crl.ok() ? ContentAnswer(request, *crl, kCrlType, CrlCacheControl(*crl))
                  : ErrorAnswer(crl.status());
}

HttpAnswer HttpRoutes::AnswerCrlPem(const HttpRequest& request, absl::string_view issuer) {
  if (sources_.crls == nullptr) {
    return NotNow("This CA publishes no CRLs");
  }
  const absl::StatusOr<HttpContent> complete = sources_.crls->Find(issuer, std::nullopt);
  if (!complete.ok()) {
    return ErrorAnswer(complete.status());
  }
  const absl::StatusOr<HttpContent> root = sources_.crls->FindRoot();
  if (!root.ok()) {
    return ErrorAnswer(root.status());
  }
  const std::string of = absl::StrCat(complete->etag, root->etag);
  HttpContent pem;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto found = pems_.find(issuer); found != pems_.end() && found->second.first == of) {
      pem = found->second.second;
    }
  }
  if (pem.bytes == nullptr) {
    pem = MakeHttpContent(
        absl::StrCat(x509::EncodeCrlPem(*complete->bytes), x509::EncodeCrlPem(*root->bytes)),
        std::max(complete->last_modified, root->last_modified),
        std::min(complete->expires, root->expires));
    absl::MutexLock lock(&mutex_);
    pems_[std::string(issuer)] = {of, pem};
  }
  return ContentAnswer(request, pem, kPemType, CrlCacheControl(pem));
}

HttpAnswer HttpRoutes::AnswerOcsp(const HttpRequest& request) const {
  absl::string_view in_path = request.path;
  const bool has_path = absl::ConsumePrefix(&in_path, kOcspPrefix) && !in_path.empty();
  if (sources_.ocsp == nullptr) {
    return NotNow("This CA answers no OCSP");
  }
  if (!IsRead(request)) {
    if (has_path) {
      return MethodNotAllowed("GET, HEAD");
    }
    // Where none is said, the octets have to say it.
    if (!request.content_type.empty() && !SaysOcspRequest(request.content_type)) {
      return TextAnswer(415, absl::StrCat("The body is not said to be an OCSP request; send it as ",
                                          kOcspRequestType));
    }
    return AnswerOcspRequest(request, request.body);
  }
  if (!has_path) {
    return MethodNotAllowed("POST");
  }
  const absl::StatusOr<std::string> der = x509::DecodeOcspGetPath(in_path);
  if (!der.ok()) {
    return PassingOcsp(std::make_shared<const std::string>(
        x509::OcspErrorResponse(x509::OcspResponseStatus::kMalformedRequest)));
  }
  return AnswerOcspRequest(request, *der);
}

HttpAnswer HttpRoutes::AnswerOcspRequest(const HttpRequest& request, absl::string_view der) const {
  OcspContent reply = sources_.ocsp->Answer(der);
  if (!reply.fresh_until.has_value()) {
    return PassingOcsp(std::move(reply.content.bytes));
  }
  // Whoever keeps it asks again before nextUpdate (RFC 9919).
  const absl::Time until = std::min(*reply.fresh_until, reply.content.expires);
  return ContentAnswer(request, reply.content, kOcspType,
                       absl::StrCat("max-age=", SecondsUntil(until, clock_.Now()),
                                    ",public,no-transform,must-revalidate"));
}

HttpAnswer HttpRoutes::AnswerCertificate(const HttpRequest& request, absl::string_view name) const {
  if (sources_.certificates == nullptr) {
    return NotNow("This CA publishes no certificates");
  }
  if (request.path == kRootsPath) {
    return ContentAnswer(request, sources_.certificates->Roots(), kPemType, kCertificateCaching);
  }
  if (!absl::ConsumeSuffix(&name, ".cer") || !IsIssuer(name)) {
    return NoSuchPath();
  }
  const absl::StatusOr<HttpContent> certificate = sources_.certificates->FindIssuer(name);
  return certificate.ok()
             ? ContentAnswer(request, *certificate, kCertificateType, kCertificateCaching)
             : ErrorAnswer(certificate.status());
}

HttpAnswer HttpRoutes::AnswerHealth(const HttpRequest& request) const {
  if (request.path == "/healthz") {
    return TextAnswer(200, "The server lives");
  }
  const std::vector<std::string> reasons =
      sources_.why_not_ready ? sources_.why_not_ready() : std::vector<std::string>();
  return reasons.empty() ? TextAnswer(200, "The CA is ready")
                         : TextAnswer(503, absl::StrJoin(reasons, "\n"));
}

}  // namespace fleetca::service
