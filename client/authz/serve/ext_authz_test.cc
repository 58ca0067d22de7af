// Envoy's question over a real channel.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "base/errors.h"
#include "base/grpc/library_log.h"
#include "client/authz/serve/authz_server.h"
#include "client/authz/serve/header_names.h"
#include "client/authz/serve/testing/serve_fixture.h"
#include "envoy/service/auth/v3/external_auth.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

namespace auth = envoy::service::auth::v3;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

class ExtAuthzTest : public testing::ServeFixture {
 protected:
  static auth::CheckRequest About(absl::string_view certificate, const std::string& method,
                                  const std::string& path) {
    auth::CheckRequest request;
    auto& attributes = *request.mutable_attributes();
    attributes.mutable_source()->set_certificate(std::string(certificate));
    auto& http = *attributes.mutable_request()->mutable_http();
    http.set_method(method);
    http.set_path(path);
    http.set_host("api.fleet.example");
    return request;
  }

  auth::CheckResponse Check(const auth::CheckRequest& request) {
    if (stub_ == nullptr) {
      stub_ = auth::Authorization::NewStub(grpc::CreateChannel(server_->grpc_address()->ToString(),
                                                               grpc::InsecureChannelCredentials()));
    }
    grpc::ClientContext context;
    auth::CheckResponse response;
    const grpc::Status status = stub_->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  static std::map<std::string, std::string> HeadersOf(const auth::CheckResponse& response) {
    std::map<std::string, std::string> headers;
    for (const auto& option : response.ok_response().headers()) {
      EXPECT_TRUE(option.has_append() && !option.append().value()) << "it would not replace";
      EXPECT_TRUE(headers.emplace(option.header().key(), option.header().value()).second);
    }
    return headers;
  }

  const std::string reader_ = Certificate(Leaf({"reader"}));
  const std::string writer_ = Certificate(Leaf({"writer"}));
  std::unique_ptr<auth::Authorization::Stub> stub_;
};

TEST_F(ExtAuthzTest, OneRoleReadsAndAnotherWrites) {
  Start();
  const auth::CheckResponse read = Check(About(reader_, "GET", "/orders/7?all=1"));
  EXPECT_EQ(read.status().code(), 0);
  EXPECT_THAT(HeadersOf(read),
              ElementsAre(Pair("x-fleet-attribute-region", "eu-1"),
                          Pair("x-fleet-identity", "spiffe://fleet.example/svc/web"),
                          Pair("x-fleet-roles", "reader")));

  const auth::CheckResponse refused = Check(About(reader_, "POST", "/orders"));
  EXPECT_EQ(refused.status().code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(refused.denied_response().status().code(), envoy::type::v3::Forbidden);
  EXPECT_THAT(refused.denied_response().body(),
              AllOf(StartsWith("spiffe://fleet.example/svc/web may not send this request: "),
                    Not(HasSubstr("writer"))));
  EXPECT_EQ(Check(About(writer_, "POST", "/orders")).status().code(), 0);
}

TEST_F(ExtAuthzTest, NobodyIs401) {
  Start();
  const testing::TestFleet other;
  testing::TestLeaf expired = Leaf({"writer"});
  expired.not_after = absl::Now() - absl::Minutes(1);
  for (const std::string& certificate :
       {std::string(), std::string("spiffe://fleet.example/svc/web"), Certificate(expired),
        Escaped(other.IssueFromRoot(Leaf({"writer"})).certificate_pem)}) {
    const auth::CheckResponse response = Check(About(certificate, "GET", "/orders/7"));
    EXPECT_EQ(response.status().code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(response.denied_response().status().code(), envoy::type::v3::Unauthorized);
    EXPECT_FALSE(response.has_ok_response());
  }
  EXPECT_EQ(Check(auth::CheckRequest()).denied_response().status().code(),
            envoy::type::v3::Unauthorized);
}

// Neither Envoy's opinion of the peer nor what the client sent says who it is.
TEST_F(ExtAuthzTest, IgnoresAndReplacesForwardedIdentities) {
  Start();
  const auto forge = [](auth::CheckRequest request) {
    auto& attributes = *request.mutable_attributes();
    attributes.mutable_source()->set_principal("spiffe://fleet.example/svc/admin");
    auto& headers = *attributes.mutable_request()->mutable_http()->mutable_headers();
    headers["x-fleet-identity"] = "spiffe://fleet.example/svc/admin";
    headers["x-fleet-roles"] = "writer";
    headers["x-fleet-attribute-clearance"] = "top";
    headers["x_fleet_roles"] = "writer";
    headers["x-http-method-override"] = "DELETE";
    headers["x_http-method_override"] = "DELETE";
    headers["X_Original_URI"] = "/healthz";
    headers["x-original_url"] = "/healthz";
    headers["accept"] = "text/plain";
    auto& raw = *attributes.mutable_request()->mutable_http()->mutable_header_map();
    raw.add_headers()->set_key("X-Fleet-Attribute-Zone");
    return request;
  };
  EXPECT_EQ(Check(forge(About(reader_, "POST", "/orders"))).denied_response().status().code(),
            envoy::type::v3::Forbidden);
  EXPECT_EQ(Check(forge(About("", "GET", "/orders"))).denied_response().status().code(),
            envoy::type::v3::Unauthorized);

  const auth::CheckResponse read = Check(forge(About(reader_, "GET", "/orders")));
  EXPECT_THAT(HeadersOf(read),
              AllOf(Contains(Pair("x-fleet-roles", "reader")),
                    Contains(Pair("x-fleet-identity", "spiffe://fleet.example/svc/web"))));
  const std::vector<std::string> removed(read.ok_response().headers_to_remove().begin(),
                                         read.ok_response().headers_to_remove().end());
  EXPECT_THAT(removed, IsSupersetOf({"x-fleet-attribute-clearance", "x_fleet_roles",
                                     "x-fleet-attribute-zone", "x-http-method-override",
                                     "x-original-url", "x_http-method_override", "x_original_uri",
                                     "x-original_url", "x_rewrite_url"}));
  // Envoy removes after it has set.
  EXPECT_THAT(removed, AllOf(Not(Contains("x-fleet-roles")), Not(Contains("x-fleet-identity")),
                             Not(Contains("x-fleet-attribute-region")), Not(Contains("accept"))));
}

// Envoy may pass headers on that it does not show here.
TEST_F(ExtAuthzTest, EverySpellingIsRemovedThoughItIsNotShown) {
  Start();
  const auth::CheckResponse read = Check(About(reader_, "GET", "/orders"));
  const auto& removed = read.ok_response().headers_to_remove();
  const std::map<std::string, std::string> set = HeadersOf(read);
  std::vector<std::string> names = {"x-fleet-identity", "x-fleet-roles",
                                    "x-fleet-attribute-region"};
  for (const absl::string_view name : OverrideHeaders()) {
    names.emplace_back(name);
  }
  for (const std::string& name : names) {
    for (const std::string& spelling : SpellingsOf(name)) {
      EXPECT_EQ(std::count(removed.begin(), removed.end(), spelling), set.count(spelling) == 0)
          << spelling;
    }
  }
}

TEST_F(ExtAuthzTest, WhatCannotBeReadIsInvalidAndLoggedByUs) {
  RouteLibraryLog();
  Start();
  grpc::GenericStub stub(
      grpc::CreateChannel(server_->grpc_address()->ToString(), grpc::InsecureChannelCredentials()));
  // attributes.request.http.method is not UTF-8; a message that ends in its middle; no message.
  for (const std::string octets : {"\x0a\x07\x22\x05\x12\x03\x12\x01\xff", "\x0a\x7f", "\xff"}) {
    const grpc::Slice slice(octets);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    absl::Notification done;
    grpc::Status status;
    ::testing::internal::CaptureStderr();
    stub.UnaryCall(&context, "/envoy.service.auth.v3.Authorization/Check", grpc::StubOptions(),
                   &request, &response, [&](grpc::Status result) {
                     status = std::move(result);
                     done.Notify();
                   });
    done.WaitForNotification();
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
    EXPECT_THAT(log, Not(HasSubstr("[libprotobuf")));
  }
}

TEST_F(ExtAuthzTest, OnlyAttributesThatAreNamedArePassedOn) {
  AuthzServerOptions options = Options();
  options.passed_attributes = {};
  Start(std::move(options));
  EXPECT_EQ(HeadersOf(Check(About(reader_, "GET", "/orders"))).count("x-fleet-attribute-region"),
            0u);
  options = Options();
  for (const char* attribute : {"team/name", "of-five-dashes-is-too-many", ""}) {
    options = Options();
    options.passed_attributes = {attribute};
    EXPECT_THAT(AuthzServer::Start(std::move(options)),
                IsInvalid(Reason::kConfigInvalid, "--pass-attribute"));
  }
}

TEST_F(ExtAuthzTest, IllFormedHostsAreRefused) {
  Start();
  for (const std::string host : {"..", "a..b", "127.1", "a b", "-a", "a:99999", "[:::]"}) {
    auth::CheckRequest request = About(writer_, "GET", "/orders");
    request.mutable_attributes()->mutable_request()->mutable_http()->set_host(host);
    EXPECT_EQ(Check(request).denied_response().status().code(), envoy::type::v3::Forbidden) << host;
  }
}

TEST_F(ExtAuthzTest, WithoutRolesTheHeaderIsRemoved) {
  Start();
  const auth::CheckResponse response = Check(About(Certificate(Leaf({})), "GET", "/healthz"));
  EXPECT_EQ(response.status().code(), 0);
  EXPECT_EQ(HeadersOf(response).count("x-fleet-roles"), 0u);
  EXPECT_THAT(response.ok_response().headers_to_remove(), Contains("x-fleet-roles"));
}

TEST_F(ExtAuthzTest, PathTricksAreRefused) {
  Start();
  for (const std::string path : {"/healthz/../orders", "//orders", "/orders/%2e%2e/x",
                                 "/orders%2f7", "/orders;x", "*", ""}) {
    EXPECT_EQ(Check(About(writer_, "GET", path)).denied_response().status().code(),
              envoy::type::v3::Forbidden)
        << path;
  }
}

TEST_F(ExtAuthzTest, ReloadsWhileItServes) {
  Start();
  EXPECT_EQ(Check(About(reader_, "GET", "/orders")).status().code(), 0);
  Write("routes.textproto", "routes { path: \"/orders\" methods: \"GET\" roles: \"other\" }");
  FLEETCA_ASSERT_OK(server_->Reload());
  EXPECT_EQ(Check(About(reader_, "GET", "/orders")).denied_response().status().code(),
            envoy::type::v3::Forbidden);
}

TEST_F(ExtAuthzTest, ASocketOfTheFileSystem) {
  AuthzServerOptions options = Options();
  options.grpc = {.socket = Path("grpc.sock"), .host = "", .port = 0};
  Start(std::move(options));
  EXPECT_EQ(Check(About(reader_, "GET", "/orders")).status().code(), 0);
}

// The numbers of Envoy's public API, octet by octet: what an Envoy sends, and what it reads.
TEST_F(ExtAuthzTest, SpeaksEnvoysOctets) {
  auth::CheckRequest request = About("C", "GET", "/p");
  request.mutable_attributes()->mutable_source()->set_principal("P");
  request.mutable_attributes()->mutable_request()->mutable_http()->clear_host();
  // attributes=1 { source=1 { principal=4, certificate=5 } request=4 { http=2 { method=2, path=4
  // }}}
  EXPECT_EQ(request.SerializeAsString(),
            "\x0a\x15\x0a\x06\x22\x01P\x2a\x01"
            "C\x22\x0b\x12\x09\x12\x03GET\x22\x02/p");
  auth::CheckResponse response;
  response.mutable_status()->set_code(7);
  auto& denied = *response.mutable_denied_response();
  denied.mutable_status()->set_code(envoy::type::v3::Forbidden);
  auto& option = *denied.add_headers();
  option.mutable_header()->set_key("k");
  option.mutable_header()->set_value("v");
  option.mutable_append()->set_value(false);
  denied.set_body("b");
  // status=1 { code=1 } denied=2 { status=1 { code=1 } headers=2 { header=1 {1, 2} append=2 {} }
  // body=3 }
  EXPECT_EQ(response.SerializeAsString(),
            std::string("\x0a\x02\x08\x07\x12\x14\x0a\x03\x08\x93\x03\x12\x0a\x0a\x06\x0a\x01k\x12"
                        "\x01v\x12\x00\x1a\x01"
                        "b",
                        26));
  auth::CheckResponse ok;
  ok.mutable_ok_response()->add_headers_to_remove("h");
  // ok=3 { headers_to_remove=5 }
  EXPECT_EQ(ok.SerializeAsString(), "\x1a\x03\x2a\x01h");
}

}  // namespace
}  // namespace fleetca::client
