#include "client/authz/serve/current_authorizer.h"

#include <algorithm>
#include <cstdint>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_since_boot.h"
#include "base/time_text.h"
#include "client/authz/revocations.h"

namespace fleetca::client {
namespace {

constexpr int kRefusalsLoggedPerSecond = 10;

bool IsPrintable(char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); }

// A header's value: printable ASCII, "%" encoded too, so that it can be decoded.
std::string PercentEncoded(absl::string_view value) {
  std::string encoded;
  for (const char c : value) {
    if (IsPrintable(c) && c != '%') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

bool MayNameAHeader(absl::string_view attribute) {
  return std::all_of(attribute.begin(), attribute.end(),
                     [](unsigned char c) {
                       return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
                     }) &&
         std::count(attribute.begin(), attribute.end(), '-') <=
             static_cast<ptrdiff_t>(kMostDashesOfAttribute);
}

// Parts of it may be the sender's.
std::string OneLine(absl::string_view sentence) {
  std::string line(sentence);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return !IsPrintable(c); }, '?');
  return line;
}

AuthorizerAnswer Refusal(const absl::Status& status, int http_status) {
  return {.status = status,
          .http_status = http_status,
          .headers = {},
          .reason = OneLine(status.message())};
}

}  // namespace

Headers IdentityHeaders(const Grants& grants, const std::vector<std::string>& attributes) {
  Headers headers;
  headers.emplace_back(kIdentityHeader, grants.identity);
  if (!grants.roles.empty()) {
    headers.emplace_back(kRolesHeader, absl::StrJoin(grants.roles, ","));
  }
  for (const x509::AuthzAttribute& attribute : grants.attributes) {
    if (std::find(attributes.begin(), attributes.end(), attribute.name) != attributes.end()) {
      headers.emplace_back(absl::StrCat(kAttributeHeaderPrefix, attribute.name),
                           PercentEncoded(attribute.value));
    }
  }
  return headers;
}

absl::Status CheckPassedAttribute(absl::string_view attribute, absl::string_view flag) {
  if (!attribute.empty() && MayNameAHeader(attribute)) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      Reason::kConfigInvalid, flag,
      absl::StrCat(
          "\"", absl::CHexEscape(attribute), "\" in ", flag,
          " cannot name a header; an attribute that is passed on has a name of a-z, 0-9 and at "
          "most ",
          kMostDashesOfAttribute, " \"-\""));
}

absl::StatusOr<std::unique_ptr<CurrentAuthorizer>> CurrentAuthorizer::Create(
    HttpAuthorizerFiles files, std::vector<std::string> attributes) {
  for (const std::string& attribute : attributes) {
    FLEETCA_RETURN_IF_ERROR(CheckPassedAttribute(attribute, "--pass-attribute"));
  }
  auto authorizer =
      absl::WrapUnique(new CurrentAuthorizer(std::move(files), std::move(attributes)));
  FLEETCA_RETURN_IF_ERROR(authorizer->Reload());
  return authorizer;
}

CurrentAuthorizer::CurrentAuthorizer(HttpAuthorizerFiles files, std::vector<std::string> attributes)
    : files_(std::move(files)),
      attributes_(std::move(attributes)),
      refusals_(kRefusalsLoggedPerSecond),
      watched_("roots, routes and intermediates", FilesToRead(files_),
               [this](absl::Span<const SecretBytes> contents) { return SwitchTo(contents); }) {}

std::vector<std::string> CurrentAuthorizer::HeaderNames() const {
  std::vector<std::string> names = {std::string(kIdentityHeader), std::string(kRolesHeader)};
  for (const std::string& attribute : attributes_) {
    names.push_back(absl::StrCat(kAttributeHeaderPrefix, attribute));
  }
  return names;
}

std::shared_ptr<HttpAuthorizer> CurrentAuthorizer::Current() {
  absl::MutexLock lock(&mutex_);
  return authorizer_;
}

absl::Status CurrentAuthorizer::Reload() { return watched_.Load(); }

absl::Status CurrentAuthorizer::SwitchTo(absl::Span<const SecretBytes> contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<HttpAuthorizer> fresh,
                           MakeHttpAuthorizer(files_, contents));
  absl::MutexLock lock(&mutex_);
  authorizer_.swap(fresh);
  return absl::OkStatus();
}

AuthorizerReadiness CurrentAuthorizer::Readiness() const {
  if (files_.revocations == nullptr) {
    return {.ready = true, .text = "revocations: not followed\n"};
  }
  const Revocations& revocations = *files_.revocations;
  const Revocations::Knowledge known = revocations.Describe(TimeSinceBoot());
  AuthorizerReadiness readiness;
  readiness.ready = !known.stale || revocations.options().when_stale == WhenStale::kAllow;
  const char* const state = !known.as_of.has_value() ? "not read yet"
                            : known.stale            ? "stale"
                                                     : "followed";
  readiness.text = absl::StrCat("revocations: ", state, "\n");
  if (known.as_of.has_value()) {
    absl::StrAppend(&readiness.text, "as_of: ", TimeToText(*known.as_of),
                    "\nage_seconds: ", absl::ToInt64Seconds(known.age), "\n");
  }
  absl::StrAppend(
      &readiness.text, "revoked: ", known.revoked, "\nrefused_revoked: ", known.refused_revoked,
      "\nrefused_stale: ", known.refused_stale, "\nallowed_stale: ", known.allowed_stale, "\n");
  return readiness;
}

AuthorizerAnswer CurrentAuthorizer::Ask(const HttpRequestInfo& request) {
  // Keeps what the decision points to.
  const std::shared_ptr<HttpAuthorizer> authorizer = Current();
  const HttpDecision decision = authorizer->Judge(request);
  if (!decision.status.ok()) {
    LogRefusal(request, decision);
    return Refusal(decision.status, decision.HttpStatus());
  }
  return {.status = decision.status,
          .http_status = decision.HttpStatus(),
          .headers = IdentityHeaders(*decision.caller, attributes_),
          .reason = ""};
}

AuthorizerAnswer CurrentAuthorizer::RefuseProxy(absl::string_view sentence) {
  uint64_t suppressed = 0;
  if (refusals_.Allow(Clock::System().Now(), &suppressed)) {
    log::Error("The proxy's question makes no sense",
               {{"why", sentence}, {"not_logged_before", suppressed}});
  }
  return Refusal(PermissionDenied(Reason::kCallerNotAllowed,
                                  "The proxy is not set up right; tell its operator"),
                 403);
}

void CurrentAuthorizer::LogRefusal(const HttpRequestInfo& request, const HttpDecision& decision) {
  uint64_t suppressed = 0;
  if (!refusals_.Allow(Clock::System().Now(), &suppressed)) {
    return;
  }
  if (decision.caller == nullptr) {
    log::Warning("A request without a valid identity was refused",
                 {{"method", request.method},
                  {"host", request.host},
                  {"target", request.target},
                  {"why", decision.status.message()},
                  {"not_logged_before", suppressed}});
    return;
  }
  const Grants& caller = *decision.caller;
  log::Warning("A request was refused", {{"caller", caller.identity},
                                         {"method", request.method},
                                         {"host", request.host},
                                         {"target", request.target},
                                         {"why", decision.status.message()},
                                         {"route", decision.route},
                                         {"needed", decision.needed},
                                         {"roles", absl::StrJoin(caller.roles, ", ")},
                                         {"grants", GrantStateName(caller.state)},
                                         {"policy_revision", caller.policy_revision},
                                         {"not_logged_before", suppressed}});
}

}  // namespace fleetca::client
