#include "x509/lint/lint_name_constraints.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/ip_prefix.h"
#include "x509/lint/testing/lint_fixture.h"
#include "x509/name_constraints.h"
#include "x509/tbs.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

constexpr int kEmail = 0x81;
constexpr int kDns = 0x82;
constexpr int kUri = 0x86;
constexpr int kIp = 0x87;

using List = std::vector<std::pair<int, std::string>>;

// The extension's contents by hand; a list that is empty is left out.
std::string Contents(const List& permitted, const List& excluded) {
  const auto encode = [](int n, const List& list) {
    std::string subtrees;
    for (const auto& [tag, base] : list) {
      subtrees += Seq(der::Encode(static_cast<uint8_t>(tag), base));
    }
    return list.empty() ? "" : der::Encode(der::ContextConstructed(n), subtrees);
  };
  return Seq(encode(0, permitted) + encode(1, excluded));
}

const NameConstraints& Wanted() {
  static const auto* const kWanted = new NameConstraints{
      .permitted = {.dns_domains = {"a.example"},
                    .ip_prefixes = {*ParseIpPrefix("10.128.0.0/9")},
                    .uri_domains = {"a.example"}},
      .excluded = {.dns_domains = {"b.a.example"}, .email_domains = {"a.example"}}};
  return *kWanted;
}

List Permitted() {
  return {{kDns, "a.example"},
          {kIp, Bytes("\x0a\x80\x00\x00\xff\x80\x00\x00")},
          {kUri, "a.example"},
          {kUri, ".a.example"},
          {kEmail, "invalid"}};
}

List Excluded() {
  return {
      {kDns, "b.a.example"}, {kEmail, "a.example"}, {kEmail, ".a.example"}, {kEmail, "invalid"}};
}

TEST(NameConstraintsFault, PassesWhatTheBuilderMakesAndAnyOrder) {
  EXPECT_EQ(*BuildNameConstraints(Wanted(), ""), Contents(Permitted(), Excluded()));
  EXPECT_EQ(NameConstraintsFault(Contents(Permitted(), Excluded()), Wanted()), nullptr);
  List permitted = Permitted();
  std::swap(permitted.front(), permitted.back());
  EXPECT_EQ(NameConstraintsFault(Contents(permitted, Excluded()), Wanted()), nullptr);
  for (const NameConstraints& wanted :
       {NameConstraints{.permitted = {.dns_domains = {"a.example"}}, .excluded = {}},
        NameConstraints{.permitted = {.ip_prefixes = {*ParseIpPrefix("fc00::/7")}}, .excluded = {}},
        NameConstraints{.permitted = {}, .excluded = {.ip_prefixes = {*ParseIpPrefix("::/0")}}}}) {
    const auto built = BuildNameConstraints(wanted, "");
    ASSERT_TRUE(built.ok()) << built.status();
    EXPECT_EQ(NameConstraintsFault(*built, wanted), nullptr);
    EXPECT_NE(NameConstraintsFault(*built, Wanted()), nullptr);
  }
}

TEST(NameConstraintsFault, FindsWhatIsMissingOrAdded) {
  for (size_t i = 0; i < Permitted().size(); ++i) {
    List spoiled = Permitted();
    spoiled.erase(spoiled.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_STREQ(NameConstraintsFault(Contents(spoiled, Excluded()), Wanted()),
                 "does not permit what the policy does");
  }
  for (size_t i = 0; i < Excluded().size(); ++i) {
    List spoiled = Excluded();
    spoiled.erase(spoiled.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_STREQ(NameConstraintsFault(Contents(Permitted(), spoiled), Wanted()),
                 "does not exclude what the policy does");
  }
  for (const auto& added : List{{kDns, ""},
                                {kDns, "example"},
                                {kDns, ".a.example"},
                                {kUri, "b.example"},
                                {kEmail, "b.example"},
                                {kIp, Bytes("\x0a\x80\x00\x00\xff\x00\x00\x00")},
                                {kIp, std::string(8, '\0')},
                                {kIp, std::string(32, '\0')}}) {
    List spoiled = Permitted();
    spoiled.push_back(added);
    EXPECT_NE(NameConstraintsFault(Contents(spoiled, Excluded()), Wanted()), nullptr)
        << added.first << " " << added.second;
  }
}

TEST(NameConstraintsFault, FindsWhatIsNotTheExtension) {
  const std::string good = Contents(Permitted(), Excluded());
  const std::string permitted = good.substr(2, 2 + static_cast<size_t>(good[3]));
  List twice = Permitted();
  twice.push_back(twice.front());
  List gap = Permitted();
  gap[1].second = Bytes("\x0a\x80\x00\x00\xff\x40\x00\x00");
  List beyond = Permitted();
  beyond[1].second = Bytes("\x0a\x80\x00\x01\xff\x80\x00\x00");
  List directory = Permitted();
  directory.emplace_back(0xa4, Bytes("\x30\x00"));
  List minimum = Permitted();
  minimum[0].second += Bytes("\x80\x01\x00");  // inside the name
  for (const std::string& spoiled :
       {std::string(), Seq(""), Seq(Bytes("\xa0\x00")), Seq(Bytes("\xa1\x00")), good + '\0',
        good.substr(0, good.size() - 1), Contents(twice, Excluded()), Contents(gap, Excluded()),
        Contents(beyond, Excluded()), Contents(directory, Excluded()),
        Contents(minimum, Excluded()),
        Seq(permitted + permitted),                          // [0] twice
        Seq(good.substr(2 + permitted.size()) + permitted),  // [1] before [0]
        Seq(der::Encode(der::ContextConstructed(0),          // a minimum written out
                        Seq(der::Encode(kDns, "a.example") + Bytes("\x80\x01\x00"))))}) {
    EXPECT_NE(NameConstraintsFault(spoiled, Wanted()), nullptr);
  }
}

// A subordinate CA as the template makes it.
struct GoodEdge : Good {
  GoodEdge() {
    TbsTemplateOptions options = LeafOptions(Ca());
    options.extended_key_usage.clear();
    options.key_usage = kKeyCertSign | kCrlSign;
    options.is_ca = true;
    options.path_length = 0;
    options.name_constraints = Wanted();
    spec.subject = BuildName("Fleet", "Edge");
    spec.names.clear();
    spec.extra_extensions.clear();
    policy.extended_key_usage.clear();
    policy.key_usage = options.key_usage;
    policy.is_ca = true;
    policy.path_length = 0;
    policy.names_required = false;
    policy.name_constraints = Wanted();
    tbs = Build(options, spec);
  }
};

TEST(LintTbs, WantsExactlyTheNameConstraintsOfTheSubordinateCa) {
  const GoodEdge edge;
  ASSERT_TRUE(edge.Lint(edge.tbs).ok()) << edge.Lint(edge.tbs);
  const std::string contents = Contents(Permitted(), Excluded());
  const auto expect = [&edge](absl::string_view phrase, auto spoil) {
    TbsParts parts(edge.tbs);
    spoil(parts);
    ExpectFault(edge.Lint(parts.Encode()), phrase);
  };
  expect("nameConstraints is missing", [](TbsParts& p) { p.Remove(oid::kNameConstraints); });
  expect("2.5.29.30 must be critical",
         [&contents](TbsParts& p) { p.Set(oid::kNameConstraints, false, contents); });
  expect("2.5.29.30 appears twice",
         [](TbsParts& p) { p.extensions.push_back(p.extensions[p.Find(oid::kNameConstraints)]); });
  expect("nameConstraints does not permit", [](TbsParts& p) {
    p.Set(oid::kNameConstraints, true, Contents({{kDns, "a.example"}}, Excluded()));
  });
  expect("nameConstraints is not DER",
         [](TbsParts& p) { p.Set(oid::kNameConstraints, true, Bytes("\x30\x00")); });
}

TEST(LintTbs, RefusesNameConstraintsThatNobodyAskedFor) {
  GoodEdge edge;
  edge.policy.name_constraints.reset();
  ExpectFault(edge.Lint(edge.tbs), "without a policy");

  Good leaf;
  TbsParts parts(leaf.tbs);
  parts.extensions.push_back(
      TestExtension(oid::kNameConstraints, true, Contents(Permitted(), Excluded())));
  ExpectFault(leaf.Lint(parts.Encode()), "a leaf has nameConstraints");
  // Even where the policy of the leaf wants them.
  leaf.policy.name_constraints = Wanted();
  ExpectFault(leaf.Lint(parts.Encode()), "a leaf has nameConstraints");
  ExpectFault(leaf.Lint(leaf.tbs), "nameConstraints is missing");
}

}  // namespace
}  // namespace fleetca::x509
