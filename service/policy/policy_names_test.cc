// Which names the rules let into a certificate.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using x509::GeneralName;
using x509::NameType;

constexpr char kField[] = "csr.subject_alt_name";

class PolicyNamesTest : public ::testing::Test {
 protected:
  absl::Status Ask(const GeneralName& name, absl::string_view service = "web") {
    const auto policy = MakePolicy({rule_});
    const std::string caller = absl::StrCat("spiffe://fleet.example/svc/", service);
    AuthorizeRequest request = AskAs(caller);
    request.names = {&name, 1};
    return policy->Authorize(request).status();
  }
  absl::Status AskDns(absl::string_view name, absl::string_view service = "web") {
    return Ask({NameType::kDns, name}, service);
  }

  RuleOptions rule_ = TestRule("service", "/svc/{name}");
};

TEST_F(PolicyNamesTest, NoneUnlessGranted) {
  EXPECT_THAT(AskDns("web.fleet.example"), IsInvalid(Reason::kSanNotAllowed, kField));
  EXPECT_THAT(Ask({NameType::kIp, absl::string_view("\x0a\0\0\1", 4)}),
              IsInvalid(Reason::kSanNotAllowed, kField));
  EXPECT_THAT(Ask({NameType::kEmail, "web@fleet.example"}),
              IsInvalid(Reason::kSanTypeForbidden, kField));
}

TEST_F(PolicyNamesTest, ExactNames) {
  rule_.dns_names = {"{name}.fleet.example", "shared.fleet.example"};
  EXPECT_THAT(AskDns("web.fleet.example"), IsOk());
  EXPECT_THAT(AskDns("shared.fleet.example"), IsOk());
  for (const char* name : {"db.fleet.example", "a.web.fleet.example", "*.fleet.example"}) {
    EXPECT_THAT(AskDns(name), IsInvalid(Reason::kSanNotAllowed, kField)) << name;
  }
  EXPECT_THAT(AskDns("a.admin.fleet.example", "a.admin"),
              IsInvalid(Reason::kSanNotAllowed, kField));
}

TEST_F(PolicyNamesTest, AWildcardIsGrantedAsWrittenOrNotAtAll) {
  rule_.dns_suffixes = {".{name}.fleet.example"};
  rule_.dns_regexes = {".*\\.fleet\\.example"};
  EXPECT_THAT(AskDns("a.web.fleet.example"), IsOk());
  EXPECT_THAT(AskDns("*.web.fleet.example"), IsInvalid(Reason::kSanNotAllowed, kField));
  rule_.dns_names = {"*.{name}.fleet.example"};
  EXPECT_THAT(AskDns("*.web.fleet.example"), IsOk());
  EXPECT_THAT(AskDns("*.db.fleet.example"), IsInvalid(Reason::kSanNotAllowed, kField));
}

TEST_F(PolicyNamesTest, Suffixes) {
  rule_.dns_suffixes = {".{name}.fleet.example"};
  EXPECT_THAT(AskDns("a.web.fleet.example"), IsOk());
  EXPECT_THAT(AskDns("b.a.web.fleet.example"), IsOk());
  for (const char* name : {"web.fleet.example", "a.db.fleet.example", "xweb.fleet.example"}) {
    EXPECT_THAT(AskDns(name), IsInvalid(Reason::kSanNotAllowed, kField)) << name;
  }
}

TEST_F(PolicyNamesTest, RegexesAreBoundToTheCapture) {
  rule_.dns_regexes = {"(?P<name>[a-z]+)-[0-9]+\\.fleet\\.example"};
  EXPECT_THAT(AskDns("web-1.fleet.example"), IsOk());
  EXPECT_THAT(AskDns("db-1.fleet.example"), IsInvalid(Reason::kSanNotAllowed, kField));
}

TEST_F(PolicyNamesTest, TheProfileBoundsTheRule) {
  rule_.dns_names = {"{name}.other.example"};
  rule_.ip_prefixes = {"0.0.0.0/0"};
  EXPECT_THAT(AskDns("web.other.example"), IsInvalid(Reason::kSanNotAllowed, kField));
  EXPECT_THAT(Ask({NameType::kIp, absl::string_view("\x0a\0\0\1", 4)}), IsOk());
  EXPECT_THAT(Ask({NameType::kIp, absl::string_view("\x0b\0\0\1", 4)}),
              IsInvalid(Reason::kSanNotAllowed, kField));
}

TEST_F(PolicyNamesTest, Addresses) {
  rule_.ip_prefixes = {"10.1.0.0/16"};
  EXPECT_THAT(Ask({NameType::kIp, absl::string_view("\x0a\1\0\1", 4)}), IsOk());
  EXPECT_THAT(Ask({NameType::kIp, absl::string_view("\x0a\2\0\1", 4)}),
              IsInvalid(Reason::kSanNotAllowed, kField));
}

TEST_F(PolicyNamesTest, TheSameNameTwiceIsRefused) {
  rule_.dns_names = {"{name}.fleet.example"};
  const auto policy = MakePolicy({rule_});
  AuthorizeRequest request = AskAs("spiffe://fleet.example/svc/web");
  const std::vector<GeneralName> names(2, {NameType::kDns, "web.fleet.example"});
  request.names = names;
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kSanInvalid, kField));
}

}  // namespace
}  // namespace fleetca::service
