#include "service/policy/name_rules.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using x509::GeneralName;
using x509::GeneralNames;
using x509::NameType;

constexpr absl::string_view kTrustDomain = "fleet.example";

GeneralName Uri(absl::string_view value) { return {NameType::kUri, value}; }
GeneralName Dns(absl::string_view value) { return {NameType::kDns, value}; }
GeneralName Email(absl::string_view value) { return {NameType::kEmail, value}; }

template <size_t N>
GeneralName Ip(const char (&octets)[N]) {
  return {NameType::kIp, absl::string_view(octets, N - 1)};
}

NameRules Rules(NameRulesOptions options) {
  absl::StatusOr<NameRules> rules = NameRules::Create(std::move(options), kTrustDomain);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return *std::move(rules);
}

NameRulesOptions Spiffe(std::vector<std::string> paths) {
  NameRulesOptions options;
  options.spiffe_paths = std::move(paths);
  return options;
}

NameRulesOptions DnsNames(std::vector<std::string> suffixes, bool wildcards = false) {
  NameRulesOptions options;
  options.dns_suffixes = std::move(suffixes);
  options.dns_wildcards = wildcards;
  return options;
}

NameRulesOptions IpNames(std::vector<std::string> prefixes) {
  NameRulesOptions options;
  options.ip_prefixes = std::move(prefixes);
  return options;
}

bool Allows(const NameRules& rules, const GeneralName& name) { return rules.Check({name}).ok(); }

void ExpectRefused(const NameRules& rules, const GeneralNames& names, Reason reason) {
  const absl::Status status = rules.Check(names);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), reason) << status;
  EXPECT_EQ(GetField(status), "csr.subject_alt_name");
}

TEST(NameRulesTest, ExactPathAllowsThatPathAlone) {
  const NameRules rules = Rules(Spiffe({"/svc/web"}));
  EXPECT_TRUE(Allows(rules, Uri("spiffe://fleet.example/svc/web")));
  for (const char* id :
       {"spiffe://fleet.example/svc/web2", "spiffe://fleet.example/svc/we",
        "spiffe://fleet.example/svc/web/a", "spiffe://fleet.example/svc",
        "spiffe://fleet.example/SVC/web", "spiffe://fleet.example", "spiffe://fleet.example/"}) {
    SCOPED_TRACE(id);
    ExpectRefused(rules, {Uri(id)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, SubtreeAllowsEveryPathBelowAndNotItself) {
  const NameRules rules = Rules(Spiffe({"/svc/*"}));
  EXPECT_TRUE(Allows(rules, Uri("spiffe://fleet.example/svc/a")));
  EXPECT_TRUE(Allows(rules, Uri("spiffe://fleet.example/svc/a/b/c")));
  for (const char* id : {"spiffe://fleet.example/svc/", "spiffe://fleet.example/svc",
                         "spiffe://fleet.example/svcx/a", "spiffe://fleet.example/x/svc/a",
                         "spiffe://fleet.example/sv/c"}) {
    SCOPED_TRACE(id);
    ExpectRefused(rules, {Uri(id)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, StarAloneAllowsEveryPathOfTheTrustDomain) {
  const NameRules rules = Rules(Spiffe({"/*"}));
  EXPECT_TRUE(Allows(rules, Uri("spiffe://fleet.example/a")));
  EXPECT_TRUE(Allows(rules, Uri("spiffe://fleet.example/a/b")));
  ExpectRefused(rules, {Uri("spiffe://fleet.example")}, Reason::kSanNotAllowed);
}

TEST(NameRulesTest, OtherTrustDomainsAreRefused) {
  const NameRules rules = Rules(Spiffe({"/*", "/svc/web"}));
  for (const char* id : {"spiffe://other.example/svc/web", "spiffe://fleet.example.evil/svc/web",
                         "spiffe://evilfleet.example/svc/web", "spiffe://fleet.exampl/svc/web",
                         "spiffe://sub.fleet.example/svc/web", "https://fleet.example/svc/web",
                         "spiffe:///svc/web"}) {
    SCOPED_TRACE(id);
    ExpectRefused(rules, {Uri(id)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, ExactDnsNameAllowsThatNameAlone) {
  const NameRules rules = Rules(DnsNames({"web.fleet.example"}));
  EXPECT_TRUE(Allows(rules, Dns("web.fleet.example")));
  for (const char* name : {"a.web.fleet.example", "xweb.fleet.example", "fleet.example",
                           "web.fleet.example.evil", "*.web.fleet.example"}) {
    SCOPED_TRACE(name);
    ExpectRefused(rules, {Dns(name)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, DnsSuffixAllowsNamesBelowAndNotItself) {
  const NameRules rules = Rules(DnsNames({".fleet.example"}));
  EXPECT_TRUE(Allows(rules, Dns("a.fleet.example")));
  EXPECT_TRUE(Allows(rules, Dns("b.a.fleet.example")));
  for (const char* name : {"evilfleet.example", "fleet.example", ".fleet.example",
                           "a.fleet.example.evil", "a.fleet.exampl", "example"}) {
    SCOPED_TRACE(name);
    ExpectRefused(rules, {Dns(name)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, WildcardsOnlyWhenTurnedOn) {
  const NameRules without = Rules(DnsNames({".fleet.example"}));
  ExpectRefused(without, {Dns("*.fleet.example")}, Reason::kSanNotAllowed);
  ExpectRefused(without, {Dns("*.a.fleet.example")}, Reason::kSanNotAllowed);
}

TEST(NameRulesTest, WildcardOnlyWhereEveryNameItStandsForIsAllowed) {
  const NameRules rules = Rules(DnsNames({".fleet.example", "web.other.example"}, true));
  EXPECT_TRUE(Allows(rules, Dns("*.fleet.example")));
  EXPECT_TRUE(Allows(rules, Dns("*.a.fleet.example")));
  EXPECT_TRUE(Allows(rules, Dns("a.fleet.example")));
  for (const char* name : {"*.evilfleet.example", "*.web.other.example", "*.other.example",
                           "*.example", "fleet.example"}) {
    SCOPED_TRACE(name);
    ExpectRefused(rules, {Dns(name)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, Ipv4PrefixEdges) {
  const NameRules rules = Rules(IpNames({"10.8.0.0/13", "192.0.2.1/32"}));
  EXPECT_TRUE(Allows(rules, Ip("\x0a\x08\x00\x00")));
  EXPECT_TRUE(Allows(rules, Ip("\x0a\x0f\xff\xff")));
  EXPECT_TRUE(Allows(rules, Ip("\xc0\x00\x02\x01")));
  ExpectRefused(rules, {Ip("\x0a\x07\xff\xff")}, Reason::kSanNotAllowed);
  ExpectRefused(rules, {Ip("\x0a\x10\x00\x00")}, Reason::kSanNotAllowed);
  ExpectRefused(rules, {Ip("\xc0\x00\x02\x00")}, Reason::kSanNotAllowed);
  ExpectRefused(rules, {Ip("\xc0\x00\x02\x02")}, Reason::kSanNotAllowed);
}

TEST(NameRulesTest, Ipv6PrefixEdges) {
  const NameRules rules = Rules(IpNames({"2001:db8:8000::/33", "::1/128"}));
  EXPECT_TRUE(Allows(rules, Ip("\x20\x01\x0d\xb8\x80\0\0\0\0\0\0\0\0\0\0\0")));
  EXPECT_TRUE(
      Allows(rules, Ip("\x20\x01\x0d\xb8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")));
  EXPECT_TRUE(Allows(rules, Ip("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01")));
  ExpectRefused(rules, {Ip("\x20\x01\x0d\xb8\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")},
                Reason::kSanNotAllowed);
  ExpectRefused(rules, {Ip("\x20\x01\x0d\xb9\x00\0\0\0\0\0\0\0\0\0\0\0")}, Reason::kSanNotAllowed);
  ExpectRefused(rules, {Ip("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02")}, Reason::kSanNotAllowed);
}

TEST(NameRulesTest, Ipv4MappedIpv6IsNotIpv4) {
  ExpectRefused(Rules(IpNames({"0.0.0.0/0"})), {Ip("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01")},
                Reason::kSanNotAllowed);
  ExpectRefused(Rules(IpNames({"::ffff:10.0.0.0/104"})), {Ip("\x0a\0\0\x01")},
                Reason::kSanNotAllowed);
  EXPECT_TRUE(Allows(Rules(IpNames({"::ffff:10.0.0.0/104"})),
                     Ip("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01")));
}

TEST(NameRulesTest, WholeAddressSpaceIsTheZeroPrefix) {
  EXPECT_TRUE(Allows(Rules(IpNames({"0.0.0.0/0"})), Ip("\xff\xff\xff\xff")));
  ExpectRefused(Rules(IpNames({"0.0.0.0/0"})), {Ip("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01")},
                Reason::kSanNotAllowed);
}

TEST(NameRulesTest, EmailDomainIsExact) {
  NameRulesOptions options;
  options.email_domains = {"fleet.example"};
  const NameRules rules = Rules(options);
  EXPECT_TRUE(Allows(rules, Email("ann@fleet.example")));
  for (const char* address : {"ann@sub.fleet.example", "ann@evilfleet.example",
                              "ann@fleet.example.evil", "fleet.example@evil.example"}) {
    SCOPED_TRACE(address);
    ExpectRefused(rules, {Email(address)}, Reason::kSanNotAllowed);
  }
}

TEST(NameRulesTest, TypeWithoutRuleIsForbidden) {
  const NameRules spiffe = Rules(Spiffe({"/svc/*"}));
  ExpectRefused(spiffe, {Dns("a.fleet.example")}, Reason::kSanTypeForbidden);
  ExpectRefused(spiffe, {Ip("\x0a\0\0\x01")}, Reason::kSanTypeForbidden);
  ExpectRefused(spiffe, {Email("a@fleet.example")}, Reason::kSanTypeForbidden);
  ExpectRefused(Rules(DnsNames({".fleet.example"})), {Uri("spiffe://fleet.example/svc/a")},
                Reason::kSanTypeForbidden);
}

TEST(NameRulesTest, OneForbiddenNameAmongGoodOnesRefuses) {
  NameRulesOptions options = Spiffe({"/svc/*"});
  options.dns_suffixes = {".fleet.example"};
  const NameRules rules = Rules(options);
  EXPECT_TRUE(rules.Check({Uri("spiffe://fleet.example/svc/a"), Dns("a.fleet.example")}).ok());
  ExpectRefused(rules, {Uri("spiffe://fleet.example/svc/a"), Dns("a.evil.example")},
                Reason::kSanNotAllowed);
  ExpectRefused(rules, {Dns("a.evil.example"), Uri("spiffe://fleet.example/svc/a")},
                Reason::kSanNotAllowed);
}

TEST(NameRulesTest, NoNamesIsMissingAndSaysHowToAskForOne) {
  const absl::Status status = Rules(Spiffe({"/svc/*"})).Check({});
  EXPECT_EQ(GetReason(status), Reason::kSanMissing);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("-addext \"subjectAltName=URI:spiffe://fleet.example/"));
}

TEST(NameRulesTest, RequiredSpiffeIdIsMissing) {
  NameRulesOptions options = Spiffe({"/svc/*"});
  options.dns_suffixes = {".fleet.example"};
  EXPECT_TRUE(Rules(options).Check({Dns("a.fleet.example")}).ok());
  options.spiffe_required = true;
  ExpectRefused(Rules(options), {Dns("a.fleet.example")}, Reason::kSanMissing);
  EXPECT_TRUE(Allows(Rules(options), Uri("spiffe://fleet.example/svc/a")));
}

TEST(NameRulesTest, TwoUrisAreInvalid) {
  ExpectRefused(Rules(Spiffe({"/svc/*"})),
                {Uri("spiffe://fleet.example/svc/a"), Uri("spiffe://fleet.example/svc/b")},
                Reason::kSanInvalid);
}

TEST(NameRulesTest, SameNameTwiceIsInvalid) {
  ExpectRefused(Rules(DnsNames({".fleet.example"})),
                {Dns("a.fleet.example"), Dns("b.fleet.example"), Dns("a.fleet.example")},
                Reason::kSanInvalid);
  ExpectRefused(Rules(Spiffe({"/svc/*"})),
                {Uri("spiffe://fleet.example/svc/a"), Uri("spiffe://fleet.example/svc/a")},
                Reason::kSanInvalid);
}

TEST(NameRulesTest, MaxNamesIsTheLastNumberAllowed) {
  NameRulesOptions options = DnsNames({".fleet.example"});
  options.max_names = 2;
  const NameRules rules = Rules(options);
  EXPECT_TRUE(rules.Check({Dns("a.fleet.example"), Dns("b.fleet.example")}).ok());
  ExpectRefused(rules, {Dns("a.fleet.example"), Dns("b.fleet.example"), Dns("c.fleet.example")},
                Reason::kSanTooMany);
}

// What an operator may write.
struct MistakeCase {
  const char* name;
  NameRulesOptions options;
  const char* field;
};

void PrintTo(const MistakeCase& mistake, std::ostream* out) { *out << mistake.name; }

NameRulesOptions With(void (*change)(NameRulesOptions&)) {
  NameRulesOptions options = Spiffe({"/svc/*"});
  change(options);
  return options;
}

class NameRulesMistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(NameRulesMistakeTest, IsNamed) {
  const absl::Status status = NameRules::Create(GetParam().options, kTrustDomain).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_EQ(GetField(status), GetParam().field) << status;
}

INSTANTIATE_TEST_SUITE_P(
    All, NameRulesMistakeTest,
    testing::ValuesIn(std::vector<MistakeCase>{
        {"NoRule", {}, ""},
        {"PathWithoutSlash", Spiffe({"svc/web"}), "spiffe_paths[0]"},
        {"EmptyPath", Spiffe({"/svc/a", ""}), "spiffe_paths[1]"},
        {"RootPath", Spiffe({"/"}), "spiffe_paths[0]"},
        {"TrailingSlash", Spiffe({"/svc/"}), "spiffe_paths[0]"},
        {"DoubleSlash", Spiffe({"/svc//*"}), "spiffe_paths[0]"},
        {"StarInside", Spiffe({"/svc/*/a"}), "spiffe_paths[0]"},
        {"StarInSegment", Spiffe({"/svc/web*"}), "spiffe_paths[0]"},
        {"TwoStars", Spiffe({"/*/*"}), "spiffe_paths[0]"},
        {"DotSegment", Spiffe({"/svc/../*"}), "spiffe_paths[0]"},
        {"Percent", Spiffe({"/svc/%2e"}), "spiffe_paths[0]"},
        {"SamePathTwice", Spiffe({"/svc/*", "/svc/*"}), "spiffe_paths[1]"},
        {"WholeId", Spiffe({"spiffe://fleet.example/svc/a"}), "spiffe_paths[0]"},
        {"RequiredButNone", With([](NameRulesOptions& o) {
           o.spiffe_paths.clear();
           o.dns_suffixes = {".fleet.example"};
           o.spiffe_required = true;
         }),
         "spiffe_required"},
        {"TopLevelSuffix", DnsNames({".example"}), "dns_suffixes[0]"},
        {"DotAlone", DnsNames({"."}), "dns_suffixes[0]"},
        {"EmptySuffix", DnsNames({""}), "dns_suffixes[0]"},
        {"WildcardSuffix", DnsNames({"*.fleet.example"}), "dns_suffixes[0]"},
        {"UpperCase", DnsNames({".Fleet.example"}), "dns_suffixes[0]"},
        {"TrailingDot", DnsNames({".fleet.example."}), "dns_suffixes[0]"},
        {"TwoDots", DnsNames({"..fleet.example"}), "dns_suffixes[0]"},
        {"WildcardsWithoutSuffix", DnsNames({"web.fleet.example"}, true), "dns_wildcards"},
        {"NoPrefixLength", IpNames({"10.0.0.0"}), "ip_prefixes[0]"},
        {"LengthTooLong", IpNames({"10.0.0.0/33"}), "ip_prefixes[0]"},
        {"LengthTooLongV6", IpNames({"::/129"}), "ip_prefixes[0]"},
        {"LengthNegative", IpNames({"10.0.0.0/-1"}), "ip_prefixes[0]"},
        {"LengthSigned", IpNames({"10.0.0.0/+8"}), "ip_prefixes[0]"},
        {"LengthPadded", IpNames({"10.0.0.0/08"}), "ip_prefixes[0]"},
        {"LengthEmpty", IpNames({"10.0.0.0/"}), "ip_prefixes[0]"},
        {"HostBits", IpNames({"10.0.0.0/8", "10.0.0.1/31"}), "ip_prefixes[1]"},
        {"NoAddress", IpNames({"/8"}), "ip_prefixes[0]"},
        {"ShortAddress", IpNames({"10.0.0/8"}), "ip_prefixes[0]"},
        {"HostName", IpNames({"host/8"}), "ip_prefixes[0]"},
        {"EmailWithAt", With([](NameRulesOptions& o) { o.email_domains = {"@fleet.example"}; }),
         "email_domains[0]"},
        {"EmailWildcard", With([](NameRulesOptions& o) { o.email_domains = {"*.fleet.example"}; }),
         "email_domains[0]"},
        {"MaxNamesZero", With([](NameRulesOptions& o) { o.max_names = 0; }), "max_names"},
        {"MaxNamesHuge", With([](NameRulesOptions& o) { o.max_names = 101; }), "max_names"},
    }),
    [](const testing::TestParamInfo<MistakeCase>& info) { return info.param.name; });

TEST(NameRulesTest, EveryMistakeIsFound) {
  NameRulesOptions options = Spiffe({"svc", "/ok", "/a/"});
  options.dns_suffixes = {".example"};
  options.max_names = 0;
  EXPECT_EQ(NameRules::FindMistakes(options, kTrustDomain).size(), 4u);
}

TEST(NameRulesTest, LimitsAreInclusive) {
  EXPECT_TRUE(
      NameRules::Create(With([](NameRulesOptions& o) { o.max_names = 100; }), kTrustDomain).ok());
  EXPECT_TRUE(
      NameRules::Create(IpNames({"10.0.0.1/32", "::1/128", "0.0.0.0/0", "::/0"}), kTrustDomain)
          .ok());
}

}  // namespace
}  // namespace fleetca::service
