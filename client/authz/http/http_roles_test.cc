#include "client/authz/http/http_roles.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kTable = R"(
  routes { path: "/*" methods: "GET" roles: "any-reader" }
  routes { path: "/orders" methods: ["GET", "HEAD"] roles: "lister" }
  routes { path: "/orders/*" methods: "GET" roles: "reader" roles: "writer" }
  routes { path: "/orders/*" methods: ["POST", "PUT"] roles: "writer" }
  routes { path: "/orders/*" methods: "*" roles: "admin" }
  routes { path: "/orders/archive/*" methods: "GET" roles: "archivist" }
  routes { host: "api.fleet.example" path: "/orders/*" methods: "GET" roles: "api-reader" }
  routes { host: "api.fleet.example" path: "/healthz" methods: "GET" any_identity: true }
)";

HttpRoles Table() {
  auto table = HttpRoles::Parse(kTable, "routes.textproto");
  FLEETCA_EXPECT_OK(table);
  return *std::move(table);
}

// "route: what it needs".
std::string Rule(absl::string_view host, absl::string_view method, absl::string_view path) {
  static const auto& table = *new HttpRoles(Table());
  const HttpRule rule = table.Find(host, method, path);
  return absl::StrCat(rule.route, ": ", RequiredRolesInWords(rule.roles));
}

TEST(HttpRolesTest, ThePathAndTheMethodDecide) {
  EXPECT_EQ(Rule("", "GET", "/orders/7"), "GET /orders/*: any of reader, writer");
  EXPECT_EQ(Rule("", "POST", "/orders/7"), "POST /orders/*: any of writer");
  EXPECT_EQ(Rule("", "PUT", "/orders/7/lines"), "PUT /orders/*: any of writer");
  EXPECT_EQ(Rule("", "DELETE", "/orders/7"), "* /orders/*: any of admin");
}

TEST(HttpRolesTest, TheMostSpecificPathDecidesAlone) {
  EXPECT_EQ(Rule("", "GET", "/orders"), "GET /orders: any of lister");
  EXPECT_EQ(Rule("", "POST", "/orders"), ": not listed") << "whatever /orders/* says of POST";
  EXPECT_EQ(Rule("", "GET", "/orders/archive"), "GET /orders/archive/*: any of archivist");
  EXPECT_EQ(Rule("", "GET", "/orders/archive/1/2"), "GET /orders/archive/*: any of archivist");
  EXPECT_EQ(Rule("", "DELETE", "/orders/archive/1"), ": not listed");
  EXPECT_EQ(Rule("", "GET", "/orders/archives"), "GET /orders/*: any of reader, writer");
  EXPECT_EQ(Rule("", "GET", "/ordersx"), "GET /*: any of any-reader");
  EXPECT_EQ(Rule("", "GET", "/"), "GET /*: any of any-reader");
  EXPECT_EQ(Rule("", "POST", "/"), ": not listed");
}

TEST(HttpRolesTest, ARouteWithAHostComesFirst) {
  EXPECT_EQ(Rule("api.fleet.example", "GET", "/orders/archive/1"),
            "GET api.fleet.example/orders/*: any of api-reader");
  EXPECT_EQ(Rule("api.fleet.example", "POST", "/orders/1"), ": not listed");
  EXPECT_EQ(Rule("api.fleet.example", "GET", "/healthz"),
            "GET api.fleet.example/healthz: any identity");
  EXPECT_EQ(Rule("api.fleet.example", "GET", "/other"), "GET /*: any of any-reader");
  EXPECT_EQ(Rule("web.fleet.example", "GET", "/orders/1"), "GET /orders/*: any of reader, writer");
}

TEST(HttpRolesTest, AnEmptyTableDeniesEverything) {
  EXPECT_EQ(HttpRoles().Find("", "GET", "/").roles, nullptr);
  const auto one = HttpRoles::Parse("routes { path: \"/a\" methods: \"GET\" roles: \"r\" }", "r");
  FLEETCA_ASSERT_OK(one);
  for (const absl::string_view path : {"/", "/*", "/a/b", "/A", "/b", "/a/*"}) {
    EXPECT_EQ(one->Find("", "GET", path).roles, nullptr) << path;
  }
  EXPECT_EQ(one->Find("", "*", "/a").roles, nullptr);
  EXPECT_NE(one->Find("", "GET", "/a").roles, nullptr);
}

std::string MistakeIn(absl::string_view text, absl::string_view field) {
  const auto table = HttpRoles::Parse(text, "routes.textproto");
  EXPECT_THAT(table, IsInvalid(Reason::kConfigInvalid, field)) << text;
  return std::string(table.status().message());
}

TEST(HttpRolesTest, NamesTheLineOfAMistake) {
  EXPECT_THAT(MistakeIn("", "routes"), StartsWith("routes.textproto:1: No route is listed"));
  EXPECT_THAT(MistakeIn("\nroutes {\n route: 1 path: \"/a\" methods: \"GET\" roles: \"r\" }", ""),
              AllOf(StartsWith("routes.textproto:3: "), HasSubstr("\"route\"")));
  EXPECT_THAT(MistakeIn("\nroutes {\n methods: \"GET\" roles: \"r\" }", "routes[0].path"),
              StartsWith("routes.textproto:2: This route names no path"));
  EXPECT_THAT(MistakeIn("routes { path: \"/a\" roles: \"r\" }", "routes[0].methods"),
              HasSubstr("names no method"));
  EXPECT_THAT(MistakeIn("routes { path: \"/a\"\n methods: [\"GET\",\"get\"] roles: \"r\" }",
                        "routes[0].methods[1]"),
              StartsWith("routes.textproto:2: \"get\" is not an HTTP method"));
  EXPECT_THAT(MistakeIn("routes { path: \"/a\" methods: \"GET\" }", "routes[0].roles"),
              HasSubstr("has no roles"));
  EXPECT_THAT(MistakeIn("routes { path: \"/a\" methods: \"GET\" any_identity: true roles: \"r\" }",
                        "routes[0].roles"),
              HasSubstr("has roles and any_identity"));
  EXPECT_THAT(
      MistakeIn("routes { path: \"/a\" methods: \"GET\" roles: \"Reader\" }", "routes[0].roles[0]"),
      HasSubstr("is not a role"));
  for (const absl::string_view host : {"API.example", "a:80", "a.", "a b", "http://a"}) {
    EXPECT_THAT(MistakeIn(absl::StrCat("routes { host: \"", host,
                                       "\" path: \"/a\" methods: \"GET\" roles: \"r\" }"),
                          "routes[0].host"),
                HasSubstr("is not a host"));
  }
}

TEST(HttpRolesTest, ATieIsAMistake) {
  EXPECT_THAT(MistakeIn("routes { path: \"/a\" methods: \"GET\" roles: \"r\" }\n"
                        "routes { path: \"/a\" methods: [\"PUT\", \"GET\"] roles: \"q\" }",
                        "routes[1].methods[1]"),
              StartsWith("routes.textproto:2: GET of /a is listed in line 1 already"));
  EXPECT_THAT(MistakeIn("routes { path: \"/*\" methods: [\"*\", \"*\"] roles: \"r\" }",
                        "routes[0].methods[1]"),
              HasSubstr("* of /* is listed in line 1 already"));
}

TEST(HttpRolesTest, RefusesPathsThatNoRequestHas) {
  for (const absl::string_view path : {"a", "*", "/a/", "/a//b", "/a/..", "/a/../*", "//", "//*",
                                       "/a%20b", "/a;b", "/a*", "/*/a", "/a?b", "/**"}) {
    MistakeIn(absl::StrCat("routes { path: \"", path, "\" methods: \"GET\" roles: \"r\" }"),
              "routes[0].path");
  }
}

TEST(HttpRolesTest, LoadsAFile) {
  EXPECT_THAT(HttpRoles::Load("/no/such/routes.textproto"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
