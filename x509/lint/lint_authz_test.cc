#include "x509/lint/lint_authz.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

// A certificate with both extensions, and the decisions that it was made from.
struct Granted : Good {
  Granted() {
    spec.fleet_authz = *BuildFleetAuthz(authz);
    spec.provenance = *BuildProvenance(provenance);
    tbs = Build(LeafOptions(Ca()), spec);
  }

  absl::Status Lint(std::string bytes) const {
    LintExpectation expected = expectation();
    expected.fleet_authz = &authz;
    expected.provenance = &provenance;
    return LintTbs(std::move(bytes), policy, expected).status();
  }

  FleetAuthz authz = {.policy_revision = 7,
                      .roles = {"writer", "reader"},
                      .audience = {{"svc/orders"}},
                      .attributes = {{"zone", "b"}, {"region", "eu-1"}}};
  Provenance provenance = {.profile = "service",
                           .attestation = Attestation::kJwt,
                           .request_id = "0123456789abcdef",
                           .generation = 3};
  AuthzOids oids;
};

TEST(LintAuthz, TheTemplateWritesWhatTheLintTakes) {
  const Granted good;
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  const TbsParts parts(good.tbs);
  EXPECT_EQ(parts.extensions[parts.Find(good.oids.authz)],
            TestExtension(good.oids.authz, false, good.spec.fleet_authz));
  EXPECT_EQ(parts.extensions[parts.Find(good.oids.provenance)],
            TestExtension(good.oids.provenance, false, good.spec.provenance));
}

TEST(LintAuthz, AnArcOfItsOwn) {
  Granted good;
  TbsTemplateOptions options = LeafOptions(Ca());
  options.authz_oids = *AuthzOids::FromArc("1.3.6.1.4.1.99999.1");
  good.tbs = Build(options, good.spec);
  ExpectFault(good.Lint(good.tbs), "1.3.6.1.4.1.99999.1.1.1 is unknown");
  good.policy.authz_oids = options.authz_oids;
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
}

TEST(LintAuthz, RefusesWhatWasNotDecided) {
  const auto expect = [](absl::string_view phrase, const std::function<void(Granted&)>& change) {
    Granted good;
    change(good);
    ExpectFault(good.Lint(good.tbs), phrase);
  };
  expect("another policy revision", [](Granted& g) { g.authz.policy_revision = 8; });
  expect("other roles", [](Granted& g) { g.authz.roles.pop_back(); });
  expect("other roles", [](Granted& g) { g.authz.roles = {"reader", "reader"}; });
  expect("other roles", [](Granted& g) { g.authz.roles = {"reader", "admin"}; });
  expect("another audience", [](Granted& g) { g.authz.audience.reset(); });
  expect("another audience", [](Granted& g) { g.authz.audience->push_back("svc/billing"); });
  expect("other attributes", [](Granted& g) { g.authz.attributes[0].value = "c"; });
  expect("other attributes", [](Granted& g) { g.authz.attributes.clear(); });
  expect("another profile", [](Granted& g) { g.provenance.profile = "host"; });
  expect("another attestation", [](Granted& g) { g.provenance.attestation = Attestation::kMtls; });
  expect("another request id", [](Granted& g) { g.provenance.request_id.reset(); });
  expect("another request id", [](Granted& g) { g.provenance.request_id = "fedcba9876543210"; });
  expect("another generation", [](Granted& g) { g.provenance.generation = 4; });
  expect("another generation", [](Granted& g) { g.provenance.generation.reset(); });
}

TEST(LintAuthz, RefusesExtensionsThatStandWrong) {
  const Granted good;
  const auto expect = [&good](absl::string_view phrase,
                              const std::function<void(TbsParts&)>& spoil) {
    TbsParts parts(good.tbs);
    spoil(parts);
    ExpectFault(good.Lint(parts.Encode()), phrase);
  };
  const std::string authz = good.oids.authz;
  const std::string provenance = good.oids.provenance;
  expect("32473.1.1.1 must not be critical",
         [&](TbsParts& p) { p.Set(authz, true, good.spec.fleet_authz); });
  expect("32473.1.1.2 must not be critical",
         [&](TbsParts& p) { p.Set(provenance, true, good.spec.provenance); });
  expect("32473.1.1.1 appears twice",
         [&](TbsParts& p) { p.extensions.push_back(p.extensions[p.Find(authz)]); });
  expect("32473.1.1.2 appears twice",
         [&](TbsParts& p) { p.extensions.push_back(p.extensions[p.Find(provenance)]); });
  expect("FleetAuthz is missing", [&](TbsParts& p) { p.Remove(authz); });
  expect("Provenance is missing", [&](TbsParts& p) { p.Remove(provenance); });
  expect("FleetAuthz is not one SEQUENCE", [&](TbsParts& p) { p.Set(authz, false, ""); });
  expect("FleetAuthz is not one SEQUENCE",
         [&](TbsParts& p) { p.Set(authz, false, good.spec.fleet_authz + '\0'); });
  expect("Provenance has something beside", [&](TbsParts& p) {
    std::string longer = good.spec.provenance + '\x05' + '\0';
    longer[1] = static_cast<char>(longer[1] + 2);
    p.Set(provenance, false, longer);
  });
}

TEST(LintAuthz, RefusesWhatNobodyDecided) {
  const Granted good;
  LintExpectation expected = good.expectation();
  expected.provenance = &good.provenance;
  ExpectFault(LintTbs(good.tbs, good.policy, expected).status(),
              "FleetAuthz is there and the policy does not have it");
  expected = good.expectation();
  expected.fleet_authz = &good.authz;
  ExpectFault(LintTbs(good.tbs, good.policy, expected).status(),
              "Provenance is there and the policy does not have it");
  // That the policy lists it among its extras changes nothing.
  Granted extra;
  extra.policy.extra_extensions = {good.oids.authz, good.oids.provenance};
  extra.authz.roles.clear();
  ExpectFault(extra.Lint(extra.tbs), "other roles");
}

TEST(LintAuthz, NeverInTheCertificateOfACa) {
  const Granted granted;
  for (const std::string& extension :
       {TestExtension(granted.oids.authz, false, granted.spec.fleet_authz),
        TestExtension(granted.oids.provenance, false, granted.spec.provenance)}) {
    const GoodRoot root;
    TbsParts parts(root.tbs);
    parts.extensions.push_back(extension);
    LintExpectation expected = root.expectation();
    ExpectFault(root.Lint(parts.Encode()), "a CA's certificate has the extension");
    expected.fleet_authz = &granted.authz;
    ExpectFault(LintTbs(parts.Encode(), root.policy, expected).status(), "extension");
  }
}

// Each rule of the ASN.1 that a wrong encoder could break, found by the second decoder alone.
TEST(LintAuthz, ReadsFleetAuthzStrictly) {
  const auto fault = [](absl::string_view der) {
    FleetAuthzReading reading;
    const char* const found = ReadFleetAuthz(der, &reading);
    return std::string(found == nullptr ? "none" : found);
  };
  const auto with_roles = [](absl::string_view roles) {
    return Seq(absl::StrCat(Bytes("\x02\x01\x01\x02\x01\x00"), Seq(roles)));
  };
  const auto word = [](absl::string_view text) { return der::Encode(der::kUtf8String, text); };
  const auto with_value = [&](absl::string_view value) {
    return Seq(absl::StrCat(Bytes("\x02\x01\x01\x02\x01\x00\x30\x00"),
                            der::Encode(0xa1, Seq(word("a") + word(value)))));
  };
  EXPECT_EQ(fault(with_roles("")), "none");
  EXPECT_EQ(fault(with_roles(word("a") + word("b"))), "none");
  EXPECT_EQ(fault(with_roles(word("b") + word("a"))), "has a list that is not sorted and unique");
  EXPECT_EQ(fault(with_roles(word("a") + word("a"))), "has a list that is not sorted and unique");
  for (const std::string& bad : {word(""), word("A"), word("-a"), word(std::string(65, 'a')),
                                 der::Encode(der::kPrintableString, "a")}) {
    EXPECT_EQ(fault(with_roles(bad)), "has a list with something that is not a Token");
  }
  std::string many;
  for (char first = 'a'; first <= 'z'; ++first) {
    absl::StrAppend(&many, word(std::string(1, first)), word(std::string(2, first)));
  }
  EXPECT_EQ(fault(with_roles(many)), "has a list that is too long");
  EXPECT_EQ(fault(with_value("\xe2\x82\xac")), "none");
  for (const absl::string_view bad : {"", "\x1f", "\x7f", "\xc2\x9f", "\xc1\x81", "\xe0\x80\x80",
                                      "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "\x80", "\xc3",
                                      "\xe2\x80\x8e", "\xef\xbb\xbf", "\xe2\x81\xa6"}) {
    EXPECT_EQ(fault(with_value(bad)), "has an attribute that is not a Token and a value");
  }
}

}  // namespace
}  // namespace fleetca::x509
