// The rules for leaves. Chains are in client/authz/authz_vectors_test.cc, as every reader sees
// them.
#include "x509/peer_certificate.h"

#include <functional>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name_constraints.h"
#include "x509/san.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;

const auto kIsUnknown = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);
constexpr absl::string_view kAnyPurpose = oid::Bytes("\x55\x1d\x25\x00");

class VerifyPeerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { root_ = new TestCa(MakeTestRoot(KeyType::kP256)); }

  using Change = std::function<void(TbsTemplateOptions&, CertSpec&)>;

  static absl::StatusOr<std::string> Judge(const Change& change, const TestCa& ca = *root_,
                                           const std::vector<std::string>& intermediates = {}) {
    TbsTemplateOptions options = LeafOptions(ca);
    CertSpec spec = LeafSpec(TestKey::OfType(KeyType::kP256));
    change(options, spec);
    const auto tbs_template = TbsTemplate::Create(options);
    FLEETCA_EXPECT_OK(tbs_template);
    const std::string tbs = (*tbs_template)->Build(spec);
    const std::string der = AssembleCertificate(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs));
    std::vector<Certificate> parsed;
    for (const std::string& intermediate : intermediates) {
      parsed.push_back(*ParseCertificate(intermediate));
    }
    std::vector<const Certificate*> pointers;
    for (const Certificate& certificate : parsed) {
      pointers.push_back(&certificate);
    }
    const Certificate root = *ParseCertificate(root_->certificate);
    const auto leaf = ParseCertificate(der);
    FLEETCA_EXPECT_OK(leaf);
    const auto peer = VerifyPeer(*leaf, {.roots = {&root, 1},
                                         .intermediates = pointers,
                                         .now = kTestNow,
                                         .trust_domain = "fleet.example"});
    return peer.ok() ? absl::StatusOr<std::string>(std::string(peer->spiffe_id)) : peer.status();
  }

  static void Allow(const Change& change) {
    const auto id = Judge(change);
    FLEETCA_ASSERT_OK(id);
    EXPECT_EQ(*id, "spiffe://fleet.example/svc/web");
  }

  inline static const TestCa* root_;
};

TEST_F(VerifyPeerTest, KeyUsageMustHaveDigitalSignatureAndNothingOfACa) {
  const auto with = [](int usage) {
    return
        [usage](TbsTemplateOptions& o, CertSpec&) { o.key_usage = static_cast<uint16_t>(usage); };
  };
  Allow(with(kDigitalSignature));
  Allow(with(kDigitalSignature | kKeyEncipherment));
  EXPECT_THAT(Judge(with(kKeyEncipherment)), kIsUnknown);
  EXPECT_THAT(Judge(with(kKeyAgreement)), kIsUnknown);
  EXPECT_THAT(Judge(with(kDigitalSignature | kCrlSign)), kIsUnknown);
}

TEST_F(VerifyPeerTest, PurposesMustHaveTheOneThatIsAskedFor) {
  const auto with = [](std::vector<absl::string_view> purposes) {
    return [purposes](TbsTemplateOptions& o, CertSpec&) {
      o.extended_key_usage.clear();
      for (const absl::string_view purpose : purposes) {
        o.extended_key_usage.emplace_back(purpose);
      }
    };
  };
  Allow(with({}));
  Allow(with({oid::kClientAuth}));
  Allow(with({oid::kServerAuth, oid::kClientAuth}));
  Allow(with({kAnyPurpose, oid::kClientAuth}));
  EXPECT_THAT(Judge(with({oid::kServerAuth})), kIsUnknown);
  EXPECT_THAT(Judge(with({kAnyPurpose})), kIsUnknown);
}

TEST_F(VerifyPeerTest, AnIdentityIsOneSpiffeIdOfTheTrustDomainWithAPath) {
  const auto named = [](std::vector<absl::string_view> uris) {
    return [uris](TbsTemplateOptions&, CertSpec& spec) {
      spec.names.clear();
      for (const absl::string_view uri : uris) {
        spec.names.push_back({NameType::kUri, uri});
      }
      spec.names.push_back({NameType::kDns, "web.fleet.example"});
    };
  };
  Allow(named({"spiffe://fleet.example/svc/web"}));
  for (const absl::string_view uri :
       {"spiffe://fleet.example", "spiffe://fleet.example/", "spiffe://other.example/svc/web",
        "SPIFFE://fleet.example/svc/web", "spiffe://Fleet.example/svc/web",
        "spiffe://fleet.example/svc/web#", "spiffe://fleet.example/svc/web?",
        "spiffe://fleet.example:443/svc/web", "spiffe://a@fleet.example/svc/web",
        "spiffe://fleet.example/svc/%77eb", "spiffe://fleet.example/svc/../web",
        "spiffe://fleet.example//svc/web", "https://fleet.example/svc/web"}) {
    EXPECT_THAT(Judge(named({uri})), kIsUnknown) << uri;
  }
  EXPECT_THAT(Judge(named({})), kIsUnknown);
  EXPECT_THAT(Judge(named({"spiffe://fleet.example/a", "spiffe://fleet.example/b"})), kIsUnknown);
}

TEST_F(VerifyPeerTest, ExpiryHasItsOwnReason) {
  const auto ended = [](TbsTemplateOptions&, CertSpec& spec) {
    spec.not_before = kTestNow - absl::Hours(2);
    spec.not_after = kTestNow - absl::Hours(1);
  };
  const absl::Status refused = Judge(ended).status();
  EXPECT_THAT(refused,
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
  EXPECT_EQ(refused.message(),
            "The caller's certificate is valid from 2026-06-01 10:00:00 UTC to 2026-06-01 11:00:00 "
            "UTC, not now; renew it, or mend the clock");
}

// What `ca` issued for an edge can be used there, and nowhere else.
TEST_F(VerifyPeerTest, NameConstraintsOfACaAboveAreKept) {
  const TestCa edge = MakeTestEdgeCa(*root_, {.permitted = {.dns_domains = {"edge.fleet.example"},
                                                            .uri_domains = {"fleet.example"}},
                                              .excluded = {}});
  const auto named = [](absl::string_view dns) {
    return [dns](TbsTemplateOptions&, CertSpec& spec) { spec.names[1].value = dns; };
  };
  FLEETCA_EXPECT_OK(Judge(named("web.edge.fleet.example"), edge, {edge.certificate}));
  const auto refused = Judge(named("web.fleet.example"), edge, {edge.certificate});
  EXPECT_THAT(refused, kIsUnknown);
  EXPECT_NE(refused.status().message().find("name constraints"), absl::string_view::npos);
  const TestCa other =
      MakeTestEdgeCa(*root_, {.permitted = {.uri_domains = {"other.example"}}, .excluded = {}});
  EXPECT_THAT(Judge([](TbsTemplateOptions&, CertSpec& spec) { spec.names.pop_back(); }, other,
                    {other.certificate}),
              kIsUnknown);
}

// As CVE-2025-61727: "*.fleet.example" stands for the excluded name too.
TEST_F(VerifyPeerTest, AWildcardEscapesNoExclusionOfACaAbove) {
  const TestCa edge = MakeTestEdgeCa(
      *root_, {.permitted = {}, .excluded = {.dns_domains = {"secret.fleet.example"}}});
  const auto named = [](absl::string_view dns) {
    return [dns](TbsTemplateOptions&, CertSpec& spec) { spec.names[1].value = dns; };
  };
  FLEETCA_EXPECT_OK(Judge(named("*.web.fleet.example"), edge, {edge.certificate}));
  EXPECT_THAT(Judge(named("*.fleet.example"), edge, {edge.certificate}), kIsUnknown);
}

}  // namespace
}  // namespace fleetca::x509
