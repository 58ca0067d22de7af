#include "client/authz/serve/ext_authz_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

namespace auth = envoy::service::auth::v3;
using envoy::config::core::v3::HeaderValueOption;
using Names = absl::flat_hash_set<std::string>;

// Frameworks that heed these would serve another request than the one that was judged.
constexpr absl::string_view kOverrides[] = {
    "x-http-method-override", "x-http-method",     "x-method-override", "x-original-url",
    "x-original-uri",         "x-original-method", "x-original-host",   "x-rewrite-url",
    "x-forwarded-uri",        "x-forwarded-method"};

// Many a backend cannot tell "_" from "-" in the name of a header: CGI and WSGI make "_" of both.
std::string WithDashes(absl::string_view header) {
  std::string name = absl::AsciiStrToLower(header);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

bool IsNotTheSendersToUse(absl::string_view header) {
  const std::string name = WithDashes(header);
  return absl::StartsWith(name, kFleetHeaderPrefix) ||
         std::find(std::begin(kOverrides), std::end(kOverrides), name) != std::end(kOverrides);
}

void AddHeader(absl::string_view name, absl::string_view value, HeaderValueOption* option) {
  option->mutable_header()->set_key(std::string(name));
  option->mutable_header()->set_value(std::string(value));
  // Said outright: releases of Envoy differ in what its absence means.
  option->mutable_append()->set_value(false);
}

// What the request has, or may have, under names that are not its sender's to use.
Names ToRemove(const auth::AttributeContext::HttpRequest& http) {
  // In the two usual spellings, also where Envoy does not show all headers.
  Names names(std::begin(kOverrides), std::end(kOverrides));
  for (const absl::string_view override : kOverrides) {
    std::string name(override);
    std::replace(name.begin(), name.end(), '-', '_');
    names.insert(std::move(name));
  }
  names.insert(std::string(kRolesHeader));
  const auto add = [&names](const std::string& header) {
    if (IsNotTheSendersToUse(header)) {
      names.insert(absl::AsciiStrToLower(header));
    }
  };
  for (const auto& header : http.headers()) {
    add(header.first);
  }
  for (const auto& header : http.header_map().headers()) {
    add(header.key());
  }
  return names;
}

void Allow(const GateAnswer& answer, const auth::AttributeContext::HttpRequest& http,
           auth::OkHttpResponse* ok) {
  Names to_remove = ToRemove(http);
  for (const auto& [name, value] : answer.headers) {
    AddHeader(name, value, ok->add_headers());
    // Envoy removes after it has set.
    to_remove.erase(name);
  }
  for (const std::string& name : to_remove) {
    ok->add_headers_to_remove(name);
  }
}

void Deny(const GateAnswer& answer, auth::DeniedHttpResponse* denied) {
  denied->mutable_status()->set_code(static_cast<envoy::type::v3::StatusCode>(answer.http_status));
  AddHeader("content-type", "text/plain; charset=utf-8", denied->add_headers());
  denied->set_body(absl::StrCat(answer.reason, "\n"));
}

}  // namespace

grpc::ServerUnaryReactor* ExtAuthzService::Check(grpc::CallbackServerContext* context,
                                                 const auth::CheckRequest* request,
                                                 auth::CheckResponse* response) {
  const auth::AttributeContext& attributes = request->attributes();
  const auth::AttributeContext::HttpRequest& http = attributes.request().http();
  const GateAnswer answer = gate_.Ask({.certificate = attributes.source().certificate(),
                                       .method = http.method(),
                                       .host = http.host(),
                                       .target = http.path()});
  // Numbered alike.
  response->mutable_status()->set_code(static_cast<int>(answer.status.code()));
  if (answer.status.ok()) {
    Allow(answer, http, response->mutable_ok_response());
  } else {
    response->mutable_status()->set_message(answer.reason);
    Deny(answer, response->mutable_denied_response());
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace fleetca::client
