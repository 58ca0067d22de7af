#include "client/authz/grpc/method_roles.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/authz/grants.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const auto kIsDenied = IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);

constexpr absl::string_view kTable = R"(
  methods { method: "/echo.v1.EchoService/*" roles: "reader" roles: "writer" }
  methods { method: "/echo.v1.EchoService/Write" roles: "writer" }
  methods { method: "/grpc.health.v1.Health/Check" any_identity: true }
)";

Grants With(std::vector<std::string> roles, GrantState state = GrantState::kGranted) {
  Grants grants;
  grants.identity = "spiffe://fleet.example/svc/web";
  grants.state = state;
  grants.roles = std::move(roles);
  return grants;
}

MethodRoles Table() {
  auto table = MethodRoles::Parse(kTable, "roles.textproto");
  FLEETCA_EXPECT_OK(table);
  return *std::move(table);
}

// As Windows' editors save it, and what PowerShell makes of it.
TEST(MethodRolesTest, AByteOrderMarkIsFineAndUtf16IsCalledThat) {
  FLEETCA_EXPECT_OK(MethodRoles::Parse(absl::StrCat("\xef\xbb\xbf", kTable), "roles.textproto"));
  const absl::Status utf16 =
      MethodRoles::Parse(std::string("\xff\xfem\0e\0t\0", 8), "roles.textproto").status();
  EXPECT_THAT(std::string(utf16.message()), HasSubstr("roles.textproto:1: this is UTF-16"));
}

TEST(MethodRolesTest, AnyListedRoleIsEnough) {
  const MethodRoles table = Table();
  FLEETCA_EXPECT_OK(table.Check("/echo.v1.EchoService/Read", With({"reader"})));
  FLEETCA_EXPECT_OK(table.Check("/echo.v1.EchoService/Read", With({"admin", "writer"})));
  EXPECT_THAT(table.Check("/echo.v1.EchoService/Read", With({"admin"})), kIsDenied);
  EXPECT_THAT(table.Check("/echo.v1.EchoService/Read", With({})), kIsDenied);
}

TEST(MethodRolesTest, TheEntryOfTheMethodCountsAlone) {
  const MethodRoles table = Table();
  EXPECT_THAT(table.Check("/echo.v1.EchoService/Write", With({"reader"})), kIsDenied);
  FLEETCA_EXPECT_OK(table.Check("/echo.v1.EchoService/Write", With({"writer"})));
}

TEST(MethodRolesTest, AnyIdentityNeedsNoRole) {
  const MethodRoles table = Table();
  FLEETCA_EXPECT_OK(table.Check("/grpc.health.v1.Health/Check", With({}, GrantState::kUnreadable)));
  EXPECT_THAT(table.Check("/grpc.health.v1.Health/Watch", With({"reader"})), kIsDenied);
}

TEST(MethodRolesTest, DeniesWhatIsNotListed) {
  const MethodRoles table = Table();
  const Grants all = With({"reader", "writer"});
  for (const absl::string_view path :
       {"", "/", "*", "/*", "Read", "//", "/echo.v1.EchoService", "/echo.v1.EchoService2/Read",
        "/echo.v1.echoservice/Read", "echo.v1.EchoService/Read", "//echo.v1.EchoService/Read",
        "/echo.v1.EchoService/Read/More", "/echo.v1.EchoService//Read",
        "/grpc.health.v1.Health/check", "/grpc.health.v1.Health/Check/"}) {
    EXPECT_THAT(table.Check(path, all), kIsDenied) << path;
    EXPECT_EQ(table.Needed(path), "not listed") << path;
    EXPECT_THAT(MethodRoles().Check(path, all), kIsDenied) << path;
  }
}

// A stranger learns neither the roles of a method nor whether there is one.
TEST(MethodRolesTest, SaysTheSameOfEveryMethod) {
  const MethodRoles table = Table();
  const absl::Status denied = table.Check("/echo.v1.EchoService/Write", With({"reader"}));
  EXPECT_EQ(denied, table.Check("/no.such.Service/Method", With({"reader"})));
  EXPECT_THAT(std::string(denied.message()), AllOf(HasSubstr("spiffe://fleet.example/svc/web"),
                                                   Not(HasSubstr("writer")), HasSubstr("policy")));
  EXPECT_EQ(table.Needed("/echo.v1.EchoService/Read"), "any of reader, writer");
  EXPECT_EQ(table.Needed("/grpc.health.v1.Health/Check"), "any identity");
}

TEST(MethodRolesTest, SaysWhyTheCertificateGivesNoRoles) {
  const auto sentence = [](GrantState state) {
    return std::string(Table().Check("/echo.v1.EchoService/Read", With({}, state)).message());
  };
  EXPECT_THAT(sentence(GrantState::kAbsent), HasSubstr("grants no roles"));
  EXPECT_THAT(sentence(GrantState::kUnreadable), HasSubstr("cannot be read"));
  EXPECT_THAT(sentence(GrantState::kOtherAudience), HasSubstr("for other services"));
  EXPECT_THAT(sentence(GrantState::kStalePolicy), HasSubstr("outdated policy"));
}

std::string MistakeIn(absl::string_view text, absl::string_view field) {
  const auto table = MethodRoles::Parse(text, "roles.textproto");
  EXPECT_THAT(table, IsInvalid(Reason::kConfigInvalid, field));
  return std::string(table.status().message());
}

TEST(MethodRolesTest, NamesTheLineOfAMistake) {
  EXPECT_THAT(MistakeIn("", "methods"), StartsWith("roles.textproto:1: No method is listed"));
  EXPECT_THAT(MistakeIn("\nmethods { method: ", ""), StartsWith("roles.textproto:2: "));
  EXPECT_THAT(MistakeIn("methods {\n method: \"/a.B/C\"\n role: \"reader\"\n roles: \"r\" }", ""),
              AllOf(StartsWith("roles.textproto:3: "), HasSubstr("\"role\"")));
  EXPECT_THAT(MistakeIn("\nmethods {\n\n roles: \"r\" }", "methods[0].method"),
              StartsWith("roles.textproto:2: This entry names no method"));
  EXPECT_THAT(MistakeIn("methods { method: \"/a.B/C\" roles: \"r\" }\n"
                        "methods { roles: \"q\"\n method: \"/a.B/C\" }",
                        "methods[1].method"),
              StartsWith("roles.textproto:3: /a.B/C is listed in line 1 already"));
  EXPECT_THAT(MistakeIn("methods { method: \"/a.B/C\"\n roles: \"r\"\n roles: \"Reader\" }",
                        "methods[0].roles[1]"),
              StartsWith("roles.textproto:3: \"Reader\" is not a role"));
  EXPECT_THAT(
      MistakeIn("methods { method: \"/a.B/C\"\n roles: [\"r\", \"r\"] }", "methods[0].roles[1]"),
      StartsWith("roles.textproto:2: \"r\" is listed twice"));
  EXPECT_THAT(MistakeIn("\nmethods { method: \"/a.B/C\" }", "methods[0].roles"),
              AllOf(StartsWith("roles.textproto:2: "), HasSubstr("has no roles")));
  EXPECT_THAT(MistakeIn("methods { method: \"/a.B/C\" any_identity: false }", "methods[0].roles"),
              HasSubstr("has no roles"));
  EXPECT_THAT(MistakeIn("methods { method: \"/a.B/C\" any_identity: true roles: \"r\" }",
                        "methods[0].roles"),
              HasSubstr("has roles and any_identity"));
}

TEST(MethodRolesTest, ReportsAllMistakesInTheOrderOfTheFile) {
  EXPECT_THAT(MistakeIn("methods { method: \"/a.B/C\" roles: \"\" }\n"
                        "methods { method: \"*\" roles: \"r\" }\n"
                        "bogus: 1\n",
                        "methods[0].roles[0]"),
              AllOf(StartsWith("roles.textproto:1: "), HasSubstr("\nroles.textproto:2: \"*\""),
                    HasSubstr("\nroles.textproto:3: ")));
}

TEST(MethodRolesTest, RefusesPathsThatNoMethodHas) {
  for (const absl::string_view path :
       {"/", "*", "/*", "/*/*", "/a.B/", "//C", "/a.B", "a.B/C", "/a.B/C/D", "/a..B/C", "/.B/C",
        "/a.B./C", "/a.B/C*", "/a.*/C", "/a.B/C ", "/a.B/1C", "/a-b.B/C", "/a.B/\xc3\xa4"}) {
    EXPECT_THAT(MistakeIn("methods { method: \"" + std::string(path) + "\" roles: \"r\" }",
                          "methods[0].method"),
                HasSubstr("is not a path of a method"))
        << path;
  }
}

TEST(MethodRolesTest, LoadsAFile) {
  EXPECT_THAT(MethodRoles::Load("/no/such/roles.textproto"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
