// The lint of where issuer, OCSP responder and CRL are, and of noRevAvail.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"

namespace fleetca::x509 {
namespace {

constexpr char kCaIssuersUrl[] = "http://pki.fleet.example/issuing.der";
constexpr char kOcspUrl[] = "http://pki.fleet.example/ocsp";
constexpr char kShardUrl[] = "http://pki.fleet.example/crl/issuing/17.crl";

std::string Uri(absl::string_view url) { return der::Encode(der::ContextPrimitive(6), url); }

std::string Description(absl::string_view method, absl::string_view url) {
  return Seq(der::Encode(der::kOid, method) + Uri(url));
}

// DistributionPoint of these names.
std::string Point(absl::string_view names) {
  return Seq(
      der::Encode(der::ContextConstructed(0), der::Encode(der::ContextConstructed(0), names)));
}

// All three pointers, the CRL's that of a shard.
struct Pointed : Good {
  Pointed() {
    TbsTemplateOptions options = LeafOptions(Ca());
    options.ocsp_url = kOcspUrl;
    options.crl_url.clear();
    policy.ocsp_url = kOcspUrl;
    policy.crl_url.clear();
    spec.crl_url = kShardUrl;
    tbs = Build(options, spec);
  }
  absl::Status Lint(std::string bytes) const {
    LintExpectation expected = expectation();
    expected.crl_url = kShardUrl;
    return LintTbs(std::move(bytes), policy, expected).status();
  }
};

// A leaf that nobody will ever say anything of.
struct Unrevocable : Good {
  Unrevocable() {
    TbsTemplateOptions options = LeafOptions(Ca());
    options.crl_url.clear();
    options.no_rev_avail = true;
    policy.crl_url.clear();
    policy.no_rev_avail = true;
    tbs = Build(options, spec);
  }
};

TEST(LintPointers, PassesTheUrlsThatWereAskedFor) {
  const Pointed good;
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  const Unrevocable unrevocable;
  EXPECT_TRUE(unrevocable.Lint(unrevocable.tbs).ok()) << unrevocable.Lint(unrevocable.tbs);
}

TEST(LintPointers, HoldsTheUrlsAgainstWhatWasAskedFor) {
  const auto expect = [](absl::string_view phrase, const std::function<void(Pointed&)>& change) {
    Pointed good;
    change(good);
    ExpectFault(good.Lint(good.tbs), phrase);
  };
  expect("does not begin with the OCSP URL", [](Pointed& g) { g.policy.ocsp_url += "/"; });
  expect("has more than the policy", [](Pointed& g) { g.policy.ca_issuers_url.clear(); });
  expect("has not the caIssuers URL", [](Pointed& g) { g.policy.ocsp_url.clear(); });
  expect("has not the caIssuers URL", [](Pointed& g) { g.policy.ca_issuers_url += "x"; });
  const Pointed good;
  // The shard of another certificate, and none.
  LintExpectation expected = good.expectation();
  expected.crl_url = "http://pki.fleet.example/crl/issuing/18.crl";
  ExpectFault(LintTbs(good.tbs, good.policy, expected).status(), "not the URL of the CRL expected");
  expected.crl_url = "";
  ExpectFault(LintTbs(good.tbs, good.policy, expected).status(), "nothing asks for it");
}

TEST(LintPointers, RefusesWhatIsMalformedOrMissing) {
  const std::vector<std::pair<absl::string_view, std::function<void(TbsParts&)>>> kDefects = {
      {"authorityInfoAccess is empty",
       [](TbsParts& p) { p.Set(oid::kAuthorityInfoAccess, false, Seq("")); }},
      {"authorityInfoAccess is empty",
       [](TbsParts& p) { p.Set(oid::kAuthorityInfoAccess, false, Bytes("\x05\x00")); }},
      {"does not begin with the OCSP URL",  // the other order
       [](TbsParts& p) {
         p.Set(
             oid::kAuthorityInfoAccess, false,
             Seq(Description(oid::kCaIssuers, kCaIssuersUrl) + Description(oid::kOcsp, kOcspUrl)));
       }},
      {"has not the caIssuers URL",
       [](TbsParts& p) {
         p.Set(oid::kAuthorityInfoAccess, false, Seq(Description(oid::kOcsp, kOcspUrl)));
       }},
      {"has more than the policy",
       [](TbsParts& p) {
         const std::string ocsp = Description(oid::kOcsp, kOcspUrl);
         const std::string issuers = Description(oid::kCaIssuers, kCaIssuersUrl);
         p.Set(oid::kAuthorityInfoAccess, false, Seq(ocsp + issuers + ocsp));
       }},
      {"1.3.6.1.5.5.7.1.1 must not be critical",
       [](TbsParts& p) { p.Set(oid::kAuthorityInfoAccess, true, Seq("")); }},
      {"authorityInfoAccess is missing", [](TbsParts& p) { p.Remove(oid::kAuthorityInfoAccess); }},
      {"not one point of one URL",
       [](TbsParts& p) { p.Set(oid::kCrlDistributionPoints, false, Seq("")); }},
      {"not one point of one URL",
       [](TbsParts& p) {
         p.Set(oid::kCrlDistributionPoints, false,
               Seq(Point(Uri(kShardUrl)) + Point(Uri("http://b"))));
       }},
      {"not one point of one URL",
       [](TbsParts& p) {
         p.Set(oid::kCrlDistributionPoints, false, Seq(Point(Uri(kShardUrl) + Uri("http://b"))));
       }},
      {"not one point of one URL",
       [](TbsParts& p) { p.Set(oid::kCrlDistributionPoints, false, Seq(Point(Uri("ldap://a")))); }},
      {"not the URL of the CRL expected",
       [](TbsParts& p) {
         p.Set(oid::kCrlDistributionPoints, false, Seq(Point(Uri("http://pki.fleet.example/"))));
       }},
      {"2.5.29.31 must not be critical",
       [](TbsParts& p) { p.Set(oid::kCrlDistributionPoints, true, Seq(Point(Uri(kShardUrl)))); }},
      {"2.5.29.31 appears twice",
       [](TbsParts& p) {
         p.extensions.push_back(p.extensions[p.Find(oid::kCrlDistributionPoints)]);
       }},
      {"cRLDistributionPoints is missing",
       [](TbsParts& p) { p.Remove(oid::kCrlDistributionPoints); }},
      {"noRevAvail is there and the policy does not",
       [](TbsParts& p) {
         p.extensions.push_back(TestExtension(oid::kNoRevAvail, false, Bytes("\x05\x00")));
       }},
  };
  const Pointed good;
  for (const auto& [phrase, spoil] : kDefects) {
    TbsParts parts(good.tbs);
    spoil(parts);
    ExpectFault(good.Lint(parts.Encode()), phrase);
  }
}

TEST(LintPointers, NoRevAvailIsNullAloneAndOfLeaves) {
  const std::vector<std::pair<absl::string_view, std::function<void(TbsParts&)>>> kDefects = {
      {"noRevAvail is missing", [](TbsParts& p) { p.Remove(oid::kNoRevAvail); }},
      {"noRevAvail is not NULL", [](TbsParts& p) { p.Set(oid::kNoRevAvail, false, ""); }},
      {"noRevAvail is not NULL", [](TbsParts& p) { p.Set(oid::kNoRevAvail, false, Seq("")); }},
      {"noRevAvail is not NULL",
       [](TbsParts& p) { p.Set(oid::kNoRevAvail, false, Bytes("\x05\x00\x05\x00")); }},
      {"2.5.29.56 must not be critical",
       [](TbsParts& p) { p.Set(oid::kNoRevAvail, true, Bytes("\x05\x00")); }},
      {"2.5.29.56 appears twice",
       [](TbsParts& p) { p.extensions.push_back(p.extensions[p.Find(oid::kNoRevAvail)]); }},
      {"nothing asks for it",
       [](TbsParts& p) {
         p.extensions.push_back(
             TestExtension(oid::kCrlDistributionPoints, false, Seq(Point(Uri(kShardUrl)))));
       }},
  };
  const Unrevocable good;
  for (const auto& [phrase, spoil] : kDefects) {
    TbsParts parts(good.tbs);
    spoil(parts);
    ExpectFault(good.Lint(parts.Encode()), phrase);
  }
  // Whatever the policy says, not beside a CRL or OCSP, and not in a CA.
  Pointed both;
  both.policy.no_rev_avail = true;
  TbsParts parts(both.tbs);
  parts.extensions.push_back(TestExtension(oid::kNoRevAvail, false, Bytes("\x05\x00")));
  ExpectFault(both.Lint(parts.Encode()), "noRevAvail stands beside");
  parts.Remove(oid::kCrlDistributionPoints);
  LintExpectation without_crl = both.expectation();
  ExpectFault(LintTbs(parts.Encode(), both.policy, without_crl).status(),
              "noRevAvail stands beside");
  GoodRoot root;
  root.policy.no_rev_avail = true;
  TbsParts ca(root.tbs);
  ca.extensions.push_back(TestExtension(oid::kNoRevAvail, false, Bytes("\x05\x00")));
  ExpectFault(root.Lint(ca.Encode()), "a CA has noRevAvail");
}

}  // namespace
}  // namespace fleetca::x509
