// Each defect in an otherwise good CRL: the lint refuses it and names it.
#include "x509/revocation/lint_crl.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

constexpr int kEntries = 4;

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

std::string Hex(absl::string_view text) { return absl::HexStringToBytes(text); }
std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
std::string Utc(absl::string_view text) { return der::Encode(der::kUtcTime, text); }

CrlSpec ShardSpec() {
  CrlSpec spec = TestCrlSpec(Ca());
  spec.distribution_point = kTestShardUrl;
  return spec;
}

std::string GoodTbs() { return BuildTestCrl(ShardSpec(), TestCrlEntries(kEntries)); }

void ExpectFault(const absl::Status& status, absl::string_view phrase) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << phrase;
  EXPECT_EQ(GetReason(status), Reason::kLintFailed) << phrase;
  EXPECT_TRUE(absl::StrContains(status.message(), phrase))
      << "\"" << phrase << "\" is not in: " << status;
}

TEST(LintCrl, PassesGoodBytesUnchangedOnceAndWithoutACopy) {
  std::string tbs = GoodTbs();
  const std::string copy = tbs;
  const char* const data = tbs.data();
  auto prepared = LintCrl(std::move(tbs), ShardSpec(), kEntries);
  FLEETCA_ASSERT_OK(prepared);
  EXPECT_EQ(prepared->bytes(), copy);
  EXPECT_EQ(prepared->bytes().data(), data);
  EXPECT_EQ(prepared->Spend(), copy);
  EXPECT_TRUE(prepared->spent());
}

TEST(LintCrl, PassesWhatTheWriterWritesForEverySchemeNumberAndYear) {
  for (const SignatureScheme scheme :
       {SignatureScheme::kEcdsaSha256, SignatureScheme::kEcdsaSha384, SignatureScheme::kEcdsaSha512,
        SignatureScheme::kRsaPkcs1Sha256, SignatureScheme::kRsaPkcs1Sha384,
        SignatureScheme::kRsaPkcs1Sha512, SignatureScheme::kRsaPssSha256,
        SignatureScheme::kRsaPssSha384, SignatureScheme::kRsaPssSha512,
        SignatureScheme::kEd25519}) {
    for (const uint64_t number : {uint64_t{0}, uint64_t{1} << 63, ~uint64_t{0}}) {
      for (const absl::Duration later : {absl::ZeroDuration(), absl::Hours(24 * 365 * 24)}) {
        CrlSpec spec = TestCrlSpec(Ca());
        spec.signature_scheme = scheme;
        spec.number = number;
        spec.this_update += later + absl::Milliseconds(999);
        spec.next_update += later;
        std::vector<CrlEntry> entries = TestCrlEntries(kEntries);
        entries[1].revocation_date += later;
        entries[2].revocation_date += later;
        FLEETCA_EXPECT_OK(LintCrl(BuildTestCrl(spec, entries), spec, kEntries));
        FLEETCA_EXPECT_OK(LintCrl(BuildTestCrl(spec, {}), spec, 0));
      }
    }
  }
}

TEST(LintCrl, HoldsTheCrlAgainstWhatWasAskedFor) {
  const auto expect = [](absl::string_view phrase, const std::function<void(CrlSpec&)>& change) {
    CrlSpec asked = ShardSpec();
    change(asked);
    ExpectFault(LintCrl(GoodTbs(), asked, kEntries).status(), phrase);
  };
  static const std::string other_name = BuildName("Fleet", "Other");
  static const std::string other_url = std::string(kTestShardUrl) + "/";
  using Spec = CrlSpec;
  expect("signature algorithm is not",
         [](Spec& s) { s.signature_scheme = SignatureScheme::kEcdsaSha384; });
  expect("issuer's name", [](Spec& s) { s.issuer = other_name; });
  expect("thisUpdate is not", [](Spec& s) { s.this_update += absl::Seconds(1); });
  expect("nextUpdate is not", [](Spec& s) { s.next_update -= absl::Seconds(1); });
  expect("cRLNumber", [](Spec& s) { s.number = 8; });
  expect("authorityKeyIdentifier", [](Spec& s) { s.authority_key_id = "another key"; });
  expect("authorityKeyIdentifier", [](Spec& s) { s.authority_key_id = ""; });
  expect("not the URL of the shard", [](Spec& s) { s.distribution_point = other_url; });
  expect("nothing asks for it", [](Spec& s) { s.distribution_point = ""; });
  for (const size_t entries : {0, 3, 5}) {
    ExpectFault(LintCrl(GoodTbs(), ShardSpec(), entries).status(), "it has 4 entries");
  }
  const CrlSpec whole = TestCrlSpec(Ca());
  ExpectFault(LintCrl(BuildTestCrl(whole, {}), ShardSpec(), 0).status(),
              "not the URL of the shard");
}

TEST(LintCrl, RefusesDefectsByName) {
  const auto extension = [](absl::string_view oid, bool critical, absl::string_view hex) {
    return [oid, critical, value = Hex(hex)](CrlTbsParts& p) { p.Set(oid, critical, value); };
  };
  // Stands in the place of the last entry.
  const auto entry = [](std::string element) {
    return [element = std::move(element)](CrlTbsParts& p) { p.entries.back() = element; };
  };
  const std::string last = der::Encode(der::kInteger, TestSerial(kEntries)) + Utc("260601115500Z");
  const std::vector<std::pair<absl::string_view, std::function<void(CrlTbsParts&)>>> kDefects = {
      {"another version than v2", [](CrlTbsParts& p) { p.version = Hex("020100"); }},
      {"extensions without being v2", [](CrlTbsParts& p) { p.version.clear(); }},
      {"signature algorithm is not",  // with NULL
       [](CrlTbsParts& p) { p.algorithm = Hex("300c06082a8648ce3d0403020500"); }},
      {"signature algorithm", [](CrlTbsParts& p) { p.algorithm.clear(); }},
      {"issuer's name", [](CrlTbsParts& p) { p.issuer = BuildName("Fleet", "Other"); }},
      {"it has no nextUpdate", [](CrlTbsParts& p) { p.this_update.clear(); }},
      {"thisUpdate is not", [](CrlTbsParts& p) { p.this_update = Utc("260601120001Z"); }},
      {"nextUpdate", [](CrlTbsParts& p) { p.next_update.clear(); }},
      {"nextUpdate", [](CrlTbsParts& p) { p.next_update = Hex("0500"); }},
      {"does not belong there", [](CrlTbsParts& p) { p.after = Hex("0500"); }},
      {"is empty and should be absent",
       [](CrlTbsParts& p) {
         p.entries.clear();
         p.has_empty_list = true;
       }},
      {"it has 0 entries", [](CrlTbsParts& p) { p.entries.clear(); }},
      {"it has 3 entries", [](CrlTbsParts& p) { p.entries.pop_back(); }},
      {"do not ascend", [](CrlTbsParts& p) { std::swap(p.entries[0], p.entries[1]); }},
      {"do not ascend", [](CrlTbsParts& p) { p.entries[1] = p.entries[0]; }},
      {"do not ascend", entry(Seq(Hex("02017f") + Utc("260601115500Z")))},
      {"the reason 0", entry(Seq(last + Seq(TestExtension(oid::kReasonCode, false, Hex("0a0100")))))},
      {"an extension beside its reason, or a critical one",
       entry(Seq(last + Seq(TestExtension(oid::kReasonCode, true, Hex("0a0101")))))},
      {"an extension beside its reason",
       entry(Seq(last + Seq(TestExtension(oid::kInvalidityDate, false,
                                          der::Encode(der::kGeneralizedTime, "20260601115500Z")))))},
      {"removeFromCRL",
       entry(Seq(last + Seq(TestExtension(oid::kReasonCode, false, Hex("0a0108")))))},
      {"authorityKeyIdentifier is missing",
       [](CrlTbsParts& p) { p.Remove(oid::kAuthorityKeyIdentifier); }},
      {"authorityKeyIdentifier is missing or not",
       extension(oid::kAuthorityKeyIdentifier, false, "3000")},
      {"authorityKeyIdentifier is missing or not",
       [](CrlTbsParts& p) {
         p.Set(oid::kAuthorityKeyIdentifier, false,
               Seq(der::Encode(der::ContextPrimitive(0), Ca().key_id) +
                   Hex("a10486026161820101")));
       }},
      {"must not be critical", extension(oid::kAuthorityKeyIdentifier, true, "300380012a")},
      {"cRLNumber is missing", [](CrlTbsParts& p) { p.Remove(oid::kCrlNumber); }},
      {"cRLNumber is missing or not", extension(oid::kCrlNumber, false, "020108")},
      {"cRLNumber is missing or not",  // 2^64 + 7
       extension(oid::kCrlNumber, false, "0209010000000000000007")},
      {"must not be critical", extension(oid::kCrlNumber, true, "020107")},
      {"not the URL of the shard",
       [](CrlTbsParts& p) { p.Remove(oid::kIssuingDistributionPoint); }},
      {"not the URL of the shard",
       extension(oid::kIssuingDistributionPoint, true, "30038101ff")},
      {"must be critical", extension(oid::kIssuingDistributionPoint, false, "30038101ff")},
      {"end entities of a shard",
       [](CrlTbsParts& p) {
         std::string name = der::Encode(der::ContextPrimitive(6), kTestShardUrl);
         name = der::Encode(der::ContextConstructed(0), name);
         p.Set(oid::kIssuingDistributionPoint, true,
               Seq(der::Encode(der::ContextConstructed(0), name)));
       }},
      {"end entities of a shard",
       [](CrlTbsParts& p) {
         std::string name = der::Encode(der::ContextPrimitive(6), kTestShardUrl);
         name = der::Encode(der::ContextConstructed(0), name);
         p.Set(oid::kIssuingDistributionPoint, true,
               Seq(der::Encode(der::ContextConstructed(0), name) + Hex("8201ff")));
       }},
      {"more extensions",
       [](CrlTbsParts& p) {
         p.extensions.push_back(TestExtension(oid::Bytes("\x2a\x03"), false, Hex("0500")));
       }},
      {"more than once",
       [](CrlTbsParts& p) { p.extensions.push_back(p.extensions[1]); }},
      {"delta CRL",
       [](CrlTbsParts& p) {
         p.extensions.push_back(TestExtension(oid::kDeltaCrlIndicator, true, Hex("020101")));
       }},
  };
  for (const auto& [phrase, spoil] : kDefects) {
    CrlTbsParts parts(GoodTbs());
    spoil(parts);
    ExpectFault(LintCrl(parts.Encode(), ShardSpec(), kEntries).status(), phrase);
  }
}

TEST(LintCrl, RefusesTimesThatDoNotAscendEvenIfAskedFor) {
  CrlSpec spec = ShardSpec();
  spec.next_update = spec.this_update + absl::Milliseconds(500);
  ExpectFault(LintCrl(BuildTestCrl(spec, {}), spec, 0).status(), "not before nextUpdate");
  spec.next_update = spec.this_update - absl::Seconds(1);
  ExpectFault(LintCrl(BuildTestCrl(spec, {}), spec, 0).status(), "before its thisUpdate");
}

TEST(LintCrl, ACrlOfAWholeIssuerSpeaksOfAllItsCertificates) {
  const CrlSpec spec = TestCrlSpec(Ca());
  CrlTbsParts parts(BuildTestCrl(spec, {}));
  for (const char* flag : {"30038101ff", "30038201ff"}) {
    parts.extensions.push_back(TestExtension(oid::kIssuingDistributionPoint, true, Hex(flag)));
    ExpectFault(LintCrl(parts.Encode(), spec, 0).status(), "speaks of fewer certificates");
    parts.extensions.pop_back();
  }
}

TEST(LintCrl, RefusesBytesThatAreNotOneElement) {
  const std::string good = GoodTbs();
  for (const std::string& bytes : {std::string(), good + '\0', good.substr(0, good.size() - 1)}) {
    EXPECT_EQ(LintCrl(bytes, ShardSpec(), kEntries).status().code(), absl::StatusCode::kInternal);
  }
}

}  // namespace
}  // namespace fleetca::x509
