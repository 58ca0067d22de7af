#include "client/authz/serve/ext_authz_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/authz/serve/header_names.h"

namespace fleetca::client {
namespace {

namespace auth = envoy::service::auth::v3;
using envoy::config::core::v3::HeaderValueOption;
using Names = absl::flat_hash_set<std::string>;

void AddHeader(absl::string_view name, absl::string_view value, HeaderValueOption* option) {
  option->mutable_header()->set_key(std::string(name));
  option->mutable_header()->set_value(std::string(value));
  // Said outright: releases of Envoy differ in what its absence means.
  option->mutable_append()->set_value(false);
}

// Every spelling of what we set and of the overrides, shown or not: Envoy may keep headers with "_"
// from us that it passes on.
std::vector<std::string> AlwaysRemoved(const CurrentAuthorizer& authorizer) {
  std::vector<std::string> names;
  const auto add = [&names](absl::string_view name) {
    for (std::string& spelling : SpellingsOf(name)) {
      names.push_back(std::move(spelling));
    }
  };
  for (const std::string& name : authorizer.HeaderNames()) {
    add(name);
  }
  for (const absl::string_view name : OverrideHeaders()) {
    add(name);
  }
  return names;
}

// What else the request shows under names that are not its sender's to use.
void AddShown(const auth::AttributeContext::HttpRequest& http, Names* names) {
  const auto add = [names](const std::string& header) {
    if (IsNotTheSendersToUse(header)) {
      names->insert(absl::AsciiStrToLower(header));
    }
  };
  for (const auto& header : http.headers()) {
    add(header.first);
  }
  for (const auto& header : http.header_map().headers()) {
    add(header.key());
  }
}

void Deny(const AuthorizerAnswer& answer, auth::DeniedHttpResponse* denied) {
  denied->mutable_status()->set_code(static_cast<envoy::type::v3::StatusCode>(answer.http_status));
  AddHeader("content-type", "text/plain; charset=utf-8", denied->add_headers());
  denied->set_body(absl::StrCat(answer.reason, "\n"));
}

}  // namespace

ExtAuthzService::ExtAuthzService(CurrentAuthorizer* authorizer)
    : authorizer_(*authorizer), always_removed_(AlwaysRemoved(*authorizer)) {}

void ExtAuthzService::Allow(const AuthorizerAnswer& answer,
                            const auth::AttributeContext::HttpRequest& http,
                            auth::OkHttpResponse* ok) const {
  Names set;
  for (const auto& [name, value] : answer.headers) {
    AddHeader(name, value, ok->add_headers());
    set.insert(name);
  }
  Names shown;
  AddShown(http, &shown);
  // Envoy removes after it has set.
  for (const std::string& name : always_removed_) {
    if (!set.contains(name)) {
      ok->add_headers_to_remove(name);
    }
    shown.erase(name);
  }
  for (const std::string& name : shown) {
    if (!set.contains(name)) {
      ok->add_headers_to_remove(name);
    }
  }
}

void ExtAuthzService::Answer(const auth::CheckRequest& request,
                             auth::CheckResponse* response) const {
  const auth::AttributeContext& attributes = request.attributes();
  const auth::AttributeContext::HttpRequest& http = attributes.request().http();
  const AuthorizerAnswer answer = authorizer_.Ask({.certificate = attributes.source().certificate(),
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
}

grpc::ServerUnaryReactor* ExtAuthzService::Check(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  auth::CheckRequest message;
  grpc::ByteBuffer octets(*request);
  if (!grpc::SerializationTraits<auth::CheckRequest>::Deserialize(&octets, &message).ok()) {
    authorizer_.RefuseProxy(
        "A CheckRequest of Envoy's cannot be read: its encoding is damaged, or one of its strings "
        "is not UTF-8");
    reactor->Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                                 "The message cannot be read as "
                                 "envoy.service.auth.v3.CheckRequest"));
    return reactor;
  }
  auth::CheckResponse answer;
  Answer(message, &answer);
  bool own_buffer = true;
  reactor->Finish(
      grpc::SerializationTraits<auth::CheckResponse>::Serialize(answer, response, &own_buffer));
  return reactor;
}

}  // namespace fleetca::client
