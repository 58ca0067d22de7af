#include "x509/lint/lint.h"

#include <functional>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"
#include "x509/name.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

TEST(LintTbs, PassesGoodBytesUnchangedAndOnce) {
  const Good good;
  auto prepared = LintTbs(good.tbs, good.policy, good.expectation());
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->bytes(), good.tbs);
  EXPECT_FALSE(prepared->spent());
  EXPECT_EQ(prepared->Spend(), good.tbs);
  EXPECT_TRUE(prepared->spent());
  EXPECT_EQ(prepared->bytes(), "");
}

TEST(LintTbs, TakesTheBytesWithoutACopy) {
  Good good;
  const char* const data = good.tbs.data();
  auto prepared = LintTbs(std::move(good.tbs), good.policy, good.expectation());
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->bytes().data(), data);
}

TEST(LintTbs, KnowsEverySchemeAsTheTemplateWritesIt) {
  for (const SignatureScheme scheme :
       {SignatureScheme::kEcdsaSha256, SignatureScheme::kEcdsaSha384, SignatureScheme::kEcdsaSha512,
        SignatureScheme::kRsaPkcs1Sha256, SignatureScheme::kRsaPkcs1Sha384,
        SignatureScheme::kRsaPkcs1Sha512, SignatureScheme::kRsaPssSha256,
        SignatureScheme::kRsaPssSha384, SignatureScheme::kRsaPssSha512,
        SignatureScheme::kEd25519}) {
    TbsTemplateOptions options = LeafOptions(Ca());
    options.signature_scheme = scheme;
    LintPolicy policy = LeafPolicy(Ca());
    const CertSpec spec = LeafSpec(Key());
    const LintExpectation expectation = {.serial = spec.serial.bytes(),
                                         .subject_public_key_info = Key().public_key()};
    const std::string tbs = Build(options, spec);
    if (scheme != policy.signature_scheme) {
      ExpectFault(LintTbs(tbs, policy, expectation).status(), "signature algorithm");
    }
    policy.signature_scheme = scheme;
    EXPECT_TRUE(LintTbs(tbs, policy, expectation).ok()) << SignatureSchemeName(scheme);
  }
}

TEST(LintTbs, RefusesBytesThatAreNotOneElement) {
  const Good good;
  ExpectFault(good.Lint(""), "not one DER SEQUENCE");
  ExpectFault(good.Lint(good.tbs + '\0'), "not one DER SEQUENCE");
  ExpectFault(good.Lint(good.tbs.substr(0, good.tbs.size() - 1)), "not one DER SEQUENCE");
  // Indefinite length, closed as BER wants it; a length with a needless octet.
  ASSERT_EQ(good.tbs.substr(0, 2), "\x30\x82");
  const std::string contents = good.tbs.substr(4);
  ExpectFault(good.Lint(Bytes("\x30\x80") + contents + Bytes("\x00\x00")), "not one DER SEQUENCE");
  ExpectFault(good.Lint(Bytes("\x30\x83\x00") + good.tbs.substr(2)), "not one DER SEQUENCE");
}

TEST(LintTbs, HoldsTheCertificateAgainstTheExpectation) {
  const Good good;
  const CertSpec other = LeafSpec(Key());
  LintExpectation crossed = good.expectation();
  crossed.serial = other.serial.bytes();
  ExpectFault(LintTbs(good.tbs, good.policy, crossed).status(), "serial number is not the one");
  crossed = good.expectation();
  crossed.subject_public_key_info = Ca().key.public_key();
  ExpectFault(LintTbs(good.tbs, good.policy, crossed).status(), "public key is not the one");
  ExpectFault(LintTbs(good.tbs, good.policy, {}).status(), "serial number is not the one");
}

TEST(LintTbs, HoldsTheSubjectAgainstWhatWasDecided) {
  Good good;
  const Subject decided{.country = "CH",
                        .organizations = {"Fleet", "ops"},
                        .organizational_units = {"db"},
                        .common_name = "alice"};
  good.spec.subject = BuildName(decided);
  const std::string tbs = Build(LeafOptions(Ca()), good.spec);
  LintExpectation expected = good.expectation();
  expected.subject = &decided;
  EXPECT_TRUE(LintTbs(tbs, good.policy, expected).ok());
  for (const auto& change : std::vector<std::function<void(Subject&)>>{
           [](Subject& s) { s.country = "DE"; }, [](Subject& s) { s.common_name = "bob"; },
           [](Subject& s) { s.organizations.pop_back(); },
           [](Subject& s) { s.organizational_units = {"ops"}; }, [](Subject& s) { s = {}; }}) {
    Subject other = decided;
    change(other);
    expected.subject = &other;
    ExpectFault(LintTbs(tbs, good.policy, expected).status(), "subject is not the one");
  }
}

TEST(LintTbs, TakesUnderscoresWhereThePolicyHasThem) {
  Good good;
  good.spec.names = {{NameType::kDns, "my_host.fleet.example"}};
  const std::string tbs = Build(LeafOptions(Ca()), good.spec);
  ExpectFault(good.Lint(tbs), "malformed name");
  good.policy.dns_underscores = true;
  EXPECT_TRUE(good.Lint(tbs).ok()) << good.Lint(tbs);
}

TEST(LintTbs, HoldsTheCertificateAgainstThePolicy) {
  const auto expect = [](absl::string_view phrase, const std::function<void(LintPolicy&)>& change) {
    Good good;
    change(good.policy);
    ExpectFault(good.Lint(good.tbs), phrase);
  };
  expect("later than the issuer's",
         [](LintPolicy& p) { p.issuer_not_after = kTestNow + absl::Hours(24) - absl::Seconds(1); });
  expect("longer than", [](LintPolicy& p) { p.max_validity = absl::Hours(24); });
  expect("issuer's name", [](LintPolicy& p) { p.issuer = BuildName("Fleet", "Other"); });
  expect("authorityKeyIdentifier", [](LintPolicy& p) { p.authority_key_id = KeyIdentifier("a"); });
  expect("keyUsage", [](LintPolicy& p) { p.key_usage |= kKeyEncipherment; });
  expect("keyUsage", [](LintPolicy& p) { p.key_usage = 0; });
  expect("extKeyUsage has", [](LintPolicy& p) { p.extended_key_usage.pop_back(); });
  expect("extKeyUsage lacks", [](LintPolicy& p) { p.extended_key_usage.push_back("\x2a"); });
  expect("32473.1 is unknown", [](LintPolicy& p) { p.extra_extensions.clear(); });
  expect("does not make the CA one", [](LintPolicy& p) { p.is_ca = true; });
  expect("subject is not its issuer", [](LintPolicy& p) { p.self_signed = true; });
  // A policy left empty allows nothing.
  Good good;
  good.policy = LintPolicy();
  ExpectFault(good.Lint(good.tbs), "faulty");
  // Just within the limits.
  good = Good();
  good.policy.issuer_not_after = kTestNow + absl::Hours(24);
  good.policy.max_validity = absl::Hours(24) + absl::Minutes(5);
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
}

TEST(LintTbs, CriticalNamesExactlyWhereTheSubjectIsEmpty) {
  Good good;
  good.spec.subject = BuildName("", "");
  good.tbs = Build(LeafOptions(Ca()), good.spec);
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  TbsParts parts(good.tbs);
  parts.Set(oid::kSubjectAltName, false, Names({{0x82, "a.example"}}));
  ExpectFault(good.Lint(parts.Encode()), "2.5.29.17 must be critical");
  // Without a subject there must be a name, whatever the policy asks.
  parts.Remove(oid::kSubjectAltName);
  good.policy.names_required = false;
  ExpectFault(good.Lint(parts.Encode()), "subjectAltName is missing");
  parts.subject = BuildName("Fleet", "web");
  EXPECT_TRUE(good.Lint(parts.Encode()).ok()) << good.Lint(parts.Encode());
}

TEST(LintTbs, JudgesCaCertificates) {
  const GoodRoot good;
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  const auto expect = [&good](absl::string_view phrase,
                              const std::function<void(TbsParts&)>& spoil) {
    TbsParts parts(good.tbs);
    spoil(parts);
    ExpectFault(good.Lint(parts.Encode()), phrase);
  };
  expect("does not make the CA one",
         [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Seq("")); });
  expect("another path length",
         [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x01\x01\xff")); });
  expect("another path length", [](TbsParts& p) {
    p.Set(oid::kBasicConstraints, true, Bytes("\x30\x06\x01\x01\xff\x02\x01\x02"));
  });
  expect("subject of a CA is empty", [](TbsParts& p) { p.subject = Seq(""); });
  expect("subject is not its issuer", [](TbsParts& p) { p.subject = BuildName("Fleet", "X"); });
  expect("2.5.29.37", [](TbsParts& p) {
    p.extensions.push_back(TestExtension(oid::kExtendedKeyUsage, true, Seq("")));
  });
  // The policy itself is wrong: a CA without keyCertSign, a leaf with it, a foreign AKI in a root.
  GoodRoot wrong;
  wrong.policy.key_usage = kCrlSign;
  TbsParts parts(wrong.tbs);
  parts.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x01\x02"));
  ExpectFault(wrong.Lint(parts.Encode()), "CA without keyCertSign");
  Good leaf;
  leaf.policy.key_usage = kKeyCertSign;
  parts = TbsParts(leaf.tbs);
  parts.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x02\x04"));
  ExpectFault(leaf.Lint(parts.Encode()), "keyCertSign without a CA");
  wrong = GoodRoot();
  wrong.policy.authority_key_id = Ca().key_id;
  parts = TbsParts(wrong.tbs);
  parts.Set(oid::kAuthorityKeyIdentifier, false,
            Seq(der::Encode(der::ContextPrimitive(0), Ca().key_id)));
  ExpectFault(wrong.Lint(parts.Encode()), "is not its own");
}

// Where one octet may change and the certificate still be a certificate of this policy: inside the
// text of the subject and the names, and in the digits of the times.
std::vector<bool> FreeOctets(absl::string_view tbs) {
  std::vector<bool> free(tbs.size(), false);
  for (const absl::string_view text :
       {absl::string_view("Fleet"), absl::string_view("web"),
        absl::string_view("spiffe://fleet.example/svc/web"), absl::string_view("web.fleet.example"),
        absl::string_view("260601115500Z"), absl::string_view("260602120000Z")}) {
    // The last time each occurs: the issuer has an O as well, and it is not free.
    size_t at = text == "web" ? tbs.find("\x0c\x03web") + 2 : tbs.rfind(text);
    if (text == "Fleet") {
      at = tbs.rfind(
               "\x0c\x05"
               "Fleet") +
           2;
    }
    for (size_t i = 0; i < text.size(); ++i) {
      free[at + i] = true;
    }
    // Nobody says here what the subject must be: one attribute may be another that is known.
    if (text == "Fleet" || text == "web") {
      free[at - 3] = true;
    }
  }
  // URLs are policy's, and the lint knows only that they are URLs.
  for (const absl::string_view url : {absl::string_view("http://pki.fleet.example/issuing.der"),
                                      absl::string_view("http://pki.fleet.example/issuing.crl")}) {
    const size_t at = tbs.find(url);
    for (size_t i = 0; i < url.size(); ++i) {
      free[at + i] = true;
    }
  }
  // The contents of the fleet's extension, a NULL here, are another lint's: only their DER is ours.
  free[tbs.size() - 2] = true;
  return free;
}

TEST(LintTbs, RefusesEveryChangedOctetOutsideOfText) {
  const Good good;
  const std::vector<bool> free = FreeOctets(good.tbs);
  int accepted = 0;
  for (size_t i = 0; i < good.tbs.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      if (static_cast<uint8_t>(good.tbs[i]) == value) {
        continue;
      }
      std::string mutant = good.tbs;
      mutant[i] = static_cast<char>(value);
      const absl::Status status = good.Lint(mutant);
      if (status.ok()) {
        ++accepted;
        EXPECT_TRUE(free[i]) << "octet " << i << " as " << value << " was accepted";
      } else {
        ASSERT_EQ(GetReason(status), Reason::kLintFailed);
      }
    }
  }
  EXPECT_GT(accepted, 1000);  // the text is free indeed, so the test can tell the difference
}

TEST(LintTbs, RefusesEveryTruncationAndEveryDroppedOctet) {
  const Good good;
  for (size_t i = 0; i < good.tbs.size(); ++i) {
    ExpectFault(good.Lint(good.tbs.substr(0, i)), "faulty");
    std::string dropped = good.tbs;
    dropped.erase(i, 1);
    ExpectFault(good.Lint(dropped), "faulty");
  }
}

}  // namespace
}  // namespace fleetca::x509
