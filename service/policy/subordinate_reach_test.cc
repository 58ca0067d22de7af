#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kPermitted[] = "profiles[1].subordinate_ca.permitted_names.";

// Of a CA whose server is ca.fleet.example, 10.1.2.3 and fd00::1, with a profile of subordinate
// CAs.
absl::Status Load(const NameSubtrees& permitted, const NameSubtrees& excluded = {},
                  std::vector<std::string> server_names = {"ca.fleet.example"}) {
  PolicyOptions options = TestPolicy({TestRule("service", "/svc/{name}")});
  options.reserved.identities = {"spiffe://fleet.example/svc/fleetca"};
  options.reserved.dns_names = std::move(server_names);
  options.reserved.ip_addresses = {"\x0a\x01\x02\x03",
                                   std::string("\xfd") + std::string(14, '\0') + "\x01"};
  options.profiles[1].subordinate_ca.emplace();
  options.profiles[1].subordinate_ca->permitted = permitted;
  options.profiles[1].subordinate_ca->excluded = excluded;
  return Policy::Create(options).status();
}

void ExpectRefused(const absl::Status& status, const std::string& element,
                   const std::string& name) {
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, kPermitted + element));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(name), HasSubstr("could pose as the CA"), HasSubstr("exclude")));
}

TEST(SubordinateReachTest, NoDomainHoldsTheServersName) {
  for (const char* domain : {"ca.fleet.example", "fleet.example", "example"}) {
    ExpectRefused(Load({.dns_domains = {"edge.fleet.example", domain}}), "dns_domains[1]",
                  "DNS:ca.fleet.example");
  }
  for (const char* domain :
       {"edge.fleet.example", "a.ca.fleet.example", "xca.fleet.example", "other.example"}) {
    EXPECT_THAT(Load({.dns_domains = {domain}}), IsOk()) << domain;
  }
}

TEST(SubordinateReachTest, AWildcardThatStandsForTheNameMustBeExcludedToo) {
  const NameSubtrees fleet = {.dns_domains = {"fleet.example"}};
  ExpectRefused(Load(fleet, {.dns_domains = {"ca.fleet.example"}}), "dns_domains[0]",
                "*.fleet.example stands for it");
  const NameSubtrees wide = {.dns_domains = {"example"}};
  EXPECT_THAT(Load(wide, {.dns_domains = {"fleet.example"}}), IsOk());
  const std::vector<std::string> deep = {"a.ca.fleet.example"};
  EXPECT_THAT(Load(fleet, {.dns_domains = {"ca.fleet.example"}}, deep), IsOk());
  ExpectRefused(Load(fleet, {.dns_domains = {"other.fleet.example"}}, deep), "dns_domains[0]",
                "DNS:a.ca.fleet.example");
}

TEST(SubordinateReachTest, AReservedWildcardIsHeldInPartsToo) {
  const std::vector<std::string> wildcard = {"*.ca.example"};
  ExpectRefused(Load({.dns_domains = {"ca.example"}}, {}, wildcard), "dns_domains[0]",
                "DNS:*.ca.example");
  ExpectRefused(Load({.dns_domains = {"a.ca.example"}}, {}, wildcard), "dns_domains[0]",
                "DNS:*.ca.example");
  EXPECT_THAT(Load({.dns_domains = {"b.a.ca.example"}}, {}, wildcard), IsOk());
  EXPECT_THAT(Load({.dns_domains = {"example"}}, {.dns_domains = {"ca.example"}}, wildcard),
              IsOk());
}

TEST(SubordinateReachTest, NoPrefixHoldsTheServersAddress) {
  ExpectRefused(Load({.ip_prefixes = {"192.168.0.0/16", "10.0.0.0/8"}}), "ip_prefixes[1]",
                "IP:10.1.2.3");
  ExpectRefused(Load({.ip_prefixes = {"10.1.2.3/32"}}), "ip_prefixes[0]", "10.1.2.3/32");
  ExpectRefused(Load({.ip_prefixes = {"fd00::/8"}}), "ip_prefixes[0]", "/128");
  ExpectRefused(Load({.ip_prefixes = {"0.0.0.0/0"}}, {.ip_prefixes = {"10.1.2.0/31"}}),
                "ip_prefixes[0]", "IP:10.1.2.3");
  EXPECT_THAT(Load({.ip_prefixes = {"10.0.0.0/8", "fd00::/8"}},
                   {.ip_prefixes = {"10.1.2.3/32", "fd00::/64"}}),
              IsOk());
  EXPECT_THAT(Load({.ip_prefixes = {"10.64.0.0/10", "fd01::/16"}}), IsOk());
}

TEST(SubordinateReachTest, NoTrustDomainHoldsTheServersIdentity) {
  for (const char* domain : {"fleet.example", "example"}) {
    ExpectRefused(Load({.uri_domains = {domain}}), "uri_domains[0]",
                  "spiffe://fleet.example/svc/fleetca");
  }
  EXPECT_THAT(Load({.uri_domains = {"edge.fleet.example", "other.example"}}), IsOk());
  EXPECT_THAT(Load({.uri_domains = {"example"}}, {.uri_domains = {"fleet.example"}}), IsOk());
}

TEST(SubordinateReachTest, NamesThatARuleGivesTheCaAreItsOwnToo) {
  RuleOptions own = TestRule("fleetca", "/svc/fleetca");
  own.dns_names = {"spare.ca.example"};
  PolicyOptions options = TestPolicy({own});
  options.profiles[1].subordinate_ca.emplace();
  options.profiles[1].subordinate_ca->permitted.dns_domains = {"ca.example"};
  ExpectRefused(Policy::Create(options).status(), "dns_domains[0]", "DNS:spare.ca.example");
}

}  // namespace
}  // namespace fleetca::service
