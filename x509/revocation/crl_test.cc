#include "x509/revocation/crl.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }

std::string Hex(absl::string_view text) { return absl::HexStringToBytes(text); }

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

CrlSpec ShardSpec() {
  CrlSpec spec = TestCrlSpec(Ca());
  spec.distribution_point = kTestShardUrl;
  return spec;
}

TEST(ParseCrl, ReadsWhatTheWriterWrote) {
  const std::vector<CrlEntry> entries = TestCrlEntries(100);
  const std::string der = IssueTestCrl(Ca(), ShardSpec(), entries);
  const auto crl = ParseCrl(der);
  FLEETCA_ASSERT_OK(crl);
  EXPECT_EQ(crl->der, der);
  EXPECT_EQ(crl->issuer, Ca().subject);
  EXPECT_EQ(crl->this_update, kTestNow);
  EXPECT_EQ(crl->next_update, kTestNow + absl::Hours(24));
  EXPECT_EQ(crl->authority_key_id, Ca().key_id);
  EXPECT_EQ(crl->number, "\x07");
  EXPECT_EQ(crl->distribution_point, kTestShardUrl);
  EXPECT_TRUE(crl->only_contains_user_certs);
  EXPECT_FALSE(crl->only_contains_ca_certs);
  ASSERT_EQ(crl->entries.size(), entries.size());
  size_t i = 0;
  for (const CrlEntry& entry : crl->entries) {
    EXPECT_EQ(entry.serial, entries[i].serial);
    EXPECT_EQ(entry.revocation_date, entries[i].revocation_date);
    EXPECT_EQ(entry.reason, entries[i].reason);
    // Where it stands, not a copy.
    EXPECT_TRUE(entry.serial.data() > der.data() && entry.serial.data() < der.data() + der.size());
    ++i;
  }
  EXPECT_EQ(i, entries.size());
  ASSERT_TRUE(crl->FindEntry(TestSerial(41)).has_value());
  EXPECT_EQ(crl->FindEntry(TestSerial(41))->reason, RevocationReason::kKeyCompromise);
  EXPECT_FALSE(crl->FindEntry(TestSerial(100)).has_value());
}

TEST(ParseCrl, ReadsAnEmptyCrlOfAWholeIssuer) {
  CrlSpec spec = TestCrlSpec(Ca());
  spec.number = ~uint64_t{0};
  const std::string der = IssueTestCrl(Ca(), spec, {});
  const auto crl = ParseCrl(der);
  FLEETCA_ASSERT_OK(crl);
  EXPECT_TRUE(crl->entries.empty());
  EXPECT_TRUE(crl->entries.begin() == crl->entries.end());
  EXPECT_EQ(crl->distribution_point, "");
  EXPECT_FALSE(crl->only_contains_user_certs);
  EXPECT_EQ(crl->number, Bytes("\x00") + std::string(8, '\xff'));
}

// What RFC 5280 lets other CAs write.
TEST(ParseCrl, ReadsWhatOthersMayWrite) {
  CrlTbsParts parts(BuildTestCrl(TestCrlSpec(Ca()), TestCrlEntries(2)));
  // Not sorted, a reason that is written out as 0, an invalidityDate, an extension of their own.
  const std::string serial_and_time = Hex("020103") + der::Encode(der::kUtcTime, "260601115500Z");
  parts.entries.push_back(Seq(serial_and_time));
  parts.entries.push_back(
      Seq(Hex("020102") + der::Encode(der::kUtcTime, "260601115500Z") +
          Seq(TestExtension(oid::kReasonCode, false, Hex("0a0100")) +
              TestExtension(oid::kInvalidityDate, false,
                            der::Encode(der::kGeneralizedTime, "20260601000000Z")))));
  parts.extensions.push_back(TestExtension(oid::Bytes("\x2a\x03"), false, Hex("0500")));
  parts.Set(oid::kCrlNumber, false, der::Encode(der::kInteger, std::string(20, '\x11')));
  parts.extensions.push_back(TestExtension(oid::kIssuingDistributionPoint, true,
                                           Hex("30038201ff")));  // onlyContainsCACerts
  const std::string der = SignTestCrl(Ca(), parts.Encode());
  const auto crl = ParseCrl(der);
  FLEETCA_ASSERT_OK(crl);
  EXPECT_EQ(crl->entries.size(), 4u);
  EXPECT_EQ(crl->FindEntry("\x02")->reason, RevocationReason::kUnspecified);
  EXPECT_EQ(crl->FindEntry("\x03")->reason, std::nullopt);
  EXPECT_TRUE(crl->only_contains_ca_certs);
  // And without the extensions that a CA of today has.
  parts.extensions.clear();
  const auto bare = ParseTbsCertList(parts.Encode());
  FLEETCA_ASSERT_OK(bare);
  EXPECT_EQ(bare->number, "");
  EXPECT_EQ(bare->authority_key_id, "");
}

// Of a CA that writes none of what v2 brought, as `openssl ca -gencrl` does where nothing is
// configured.
TEST(ParseCrl, ReadsVersion1) {
  CrlTbsParts parts(BuildTestCrl(TestCrlSpec(Ca()), {}));
  parts.version.clear();
  parts.extensions.clear();
  const std::string empty = SignTestCrl(Ca(), parts.Encode());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Crl none, ParseCrl(empty));
  EXPECT_TRUE(none.entries.empty());
  parts.entries.push_back(Seq(Hex("020103") + der::Encode(der::kUtcTime, "260601115500Z")));
  const std::string der = SignTestCrl(Ca(), parts.Encode());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Crl crl, ParseCrl(der));
  EXPECT_EQ(crl.this_update, kTestNow);
  EXPECT_EQ(crl.number, "");
  EXPECT_EQ(crl.authority_key_id, "");
  EXPECT_TRUE(crl.FindEntry("\x03").has_value());
}

struct Defect {
  absl::string_view phrase;
  std::function<void(CrlTbsParts&)> spoil;
};

// An entry with these extensions.
std::string EntryWith(absl::string_view extensions) {
  return Seq(Hex("020103") + der::Encode(der::kUtcTime, "260601115500Z") + Seq(extensions));
}

void ExpectDefects(const std::vector<Defect>& defects) {
  const std::string good = BuildTestCrl(ShardSpec(), TestCrlEntries(3));
  ASSERT_EQ(CrlTbsParts(good).Encode(), good);
  for (const Defect& defect : defects) {
    CrlTbsParts parts(good);
    defect.spoil(parts);
    const std::string der = SignTestCrl(Ca(), parts.Encode());
    const auto crl = ParseCrl(der);
    EXPECT_THAT(crl, IsInvalid(Reason::kFileInvalid, "crl")) << defect.phrase;
    EXPECT_TRUE(absl::StrContains(crl.status().message(), defect.phrase))
        << "\"" << defect.phrase << "\" is not in: " << crl.status();
  }
}

TEST(ParseCrl, RefusesADefectOfTheFrame) {
  ExpectDefects({
      {"another version than v2", [](CrlTbsParts& p) { p.version = Hex("020100"); }},
      {"another version than v2", [](CrlTbsParts& p) { p.version = Hex("020102"); }},
      {"extensions without being v2", [](CrlTbsParts& p) { p.version.clear(); }},
      {"an entry with extensions without being v2",
       [](CrlTbsParts& p) {
         p.version.clear();
         p.extensions.clear();
         p.entries.push_back(EntryWith(TestExtension(oid::kReasonCode, false, Hex("0a0101"))));
       }},
      {"malformed signature algorithm", [](CrlTbsParts& p) { p.algorithm = Seq(""); }},
      {"one signature algorithm in",
       [](CrlTbsParts& p) { p.algorithm = Seq(der::Encode(der::kOid, oid::kEd25519)); }},
      {"empty issuer", [](CrlTbsParts& p) { p.issuer = Seq(""); }},
      {"issuer that is not a Name", [](CrlTbsParts& p) { p.issuer = Hex("30023100"); }},
      {"thisUpdate that is not",
       [](CrlTbsParts& p) { p.this_update = der::Encode(der::kUtcTime, "2606011155Z"); }},
      {"thisUpdate that is not",
       [](CrlTbsParts& p) {
         p.this_update = der::Encode(der::kGeneralizedTime, "20260601115500Z");
       }},
      {"no nextUpdate", [](CrlTbsParts& p) { p.next_update.clear(); }},
      {"no nextUpdate",
       [](CrlTbsParts& p) { p.next_update = der::Encode(der::kUtcTime, "261301000000Z"); }},
      {"before its thisUpdate",
       [](CrlTbsParts& p) { p.next_update = der::Encode(der::kUtcTime, "250101000000Z"); }},
      {"is empty and should be absent",
       [](CrlTbsParts& p) {
         p.entries.clear();
         p.has_empty_list = true;
       }},
      {"empty list of extensions", [](CrlTbsParts& p) { p.extensions = {""}; }},
      {"does not belong there", [](CrlTbsParts& p) { p.after = Hex("0500"); }},
      {"not DER", [](CrlTbsParts& p) { p.after = Hex("a000") + Hex("3080"); }},
  });
}

TEST(ParseCrl, RefusesADefectOfAnEntry) {
  const auto entry = [](absl::string_view phrase, std::string element) {
    return Defect{phrase,
                  [element = std::move(element)](CrlTbsParts& p) { p.entries.push_back(element); }};
  };
  const std::string time = der::Encode(der::kUtcTime, "260601115500Z");
  const auto extension = [](absl::string_view oid, bool critical, absl::string_view hex) {
    return EntryWith(TestExtension(oid, critical, Hex(hex)));
  };
  ExpectDefects({
      entry("not a SEQUENCE", Hex("0500")),
      entry("serial number is not", Seq(time)),
      entry("serial number is not", Seq(Hex("020100") + time)),
      entry("serial number is not", Seq(Hex("0201ff") + time)),
      entry("serial number is not", Seq(der::Encode(der::kInteger, std::string(21, 'a')) + time)),
      entry("revocationDate is not", Seq(Hex("020103"))),
      entry("revocationDate is not",
            Seq(Hex("020103") + der::Encode(der::kUtcTime, "260631115500Z"))),
      entry("something after its time", Seq(Hex("020103") + time + Hex("0500"))),
      entry("empty list of extensions", EntryWith("")),
      entry("extension that is not DER", EntryWith(Seq(""))),
      entry("reasonCode is not one", extension(oid::kReasonCode, false, "")),
      entry("reasonCode is not one", extension(oid::kReasonCode, false, "020101")),
      entry("reasonCode is not one", extension(oid::kReasonCode, false, "0a020101")),
      entry("reasonCode is not one", extension(oid::kReasonCode, false, "0a01010500")),
      entry("reason that RFC 5280 does not know", extension(oid::kReasonCode, false, "0a0107")),
      entry("reason that RFC 5280 does not know", extension(oid::kReasonCode, false, "0a010b")),
      entry("reason that RFC 5280 does not know", extension(oid::kReasonCode, false, "0a01ff")),
      entry("removeFromCRL", extension(oid::kReasonCode, false, "0a0108")),
      entry("without being an indirect CRL", extension(oid::kCertificateIssuer, true, "3000")),
      entry("without being an indirect CRL", extension(oid::kCertificateIssuer, false, "3000")),
      entry("critical extension", extension(oid::Bytes("\x2a\x03"), true, "0500")),
      entry("extension twice", EntryWith(TestExtension(oid::kReasonCode, false, Hex("0a0101")) +
                                         TestExtension(oid::kReasonCode, false, Hex("0a0101")))),
  });
}

TEST(ParseCrl, RefusesADefectOfEachExtension) {
  const auto set = [](absl::string_view phrase, absl::string_view oid, bool critical,
                      absl::string_view hex) {
    return Defect{phrase, [=, value = Hex(hex)](CrlTbsParts& p) { p.Set(oid, critical, value); }};
  };
  const auto add = [](absl::string_view phrase, absl::string_view oid, bool critical,
                      absl::string_view hex) {
    return Defect{phrase, [=, value = Hex(hex)](CrlTbsParts& p) {
                    p.extensions.push_back(TestExtension(oid, critical, value));
                  }};
  };
  const auto point = [&set](absl::string_view phrase, absl::string_view hex) {
    return set(phrase, oid::kIssuingDistributionPoint, true, hex);
  };
  ExpectDefects({
      set("authorityKeyIdentifier extension that is malformed", oid::kAuthorityKeyIdentifier, false,
          "30028000"),
      set("authorityKeyIdentifier extension that is malformed", oid::kAuthorityKeyIdentifier, false,
          "300380012a00"),
      set("must not be critical", oid::kAuthorityKeyIdentifier, true, "300380012a"),
      set("cRLNumber extension that is not", oid::kCrlNumber, false, "0201ff"),
      set("cRLNumber extension that is not", oid::kCrlNumber, false, "02020001"),
      set("cRLNumber extension that is not", oid::kCrlNumber, false, ""),
      set("cRLNumber extension that is not", oid::kCrlNumber, false,
          "0215010101010101010101010101010101010101010101"),
      set("must not be critical", oid::kCrlNumber, true, "020101"),
      set("must be critical", oid::kIssuingDistributionPoint, false, "30038101ff"),
      point("issuingDistributionPoint extension that is malformed", "3000"),
      point("issuingDistributionPoint extension that is malformed", "3003810100"),
      point("issuingDistributionPoint extension that is malformed", "3003810101"),
      point("issuingDistributionPoint extension that is malformed", "30068101ff8201ff"),
      point("issuingDistributionPoint extension that is malformed", "30068201ff8101ff"),
      point("issuingDistributionPoint extension that is malformed", "30030101ff"),
      point("not one URL", "3002a000"),
      point("not one URL", "3004a002a000"),
      point("not one URL",
            "300aa008a0068601618601"
            "62"),                                 // two
      point("not one URL", "3007a005a003820161"),  // a DNS name
      point("not one URL", "3007a005a003860120"),  // a space
      point("not one URL", "3004a002a100"),        // nameRelativeToCRLIssuer
      point("is an indirect CRL", "30038401ff"),
      point("speaks of some reasons", "300483020640"),
      point("attribute certificates only", "30038501ff"),
      add("is a delta CRL", oid::kDeltaCrlIndicator, true, "020101"),
      add("critical extension 1.2.3", oid::Bytes("\x2a\x03"), true, "0500"),
      add("2.5.29.20 more than once", oid::kCrlNumber, false, "020101"),
      {"extension that is not DER", [](CrlTbsParts& p) { p.extensions.push_back(Seq("")); }},
      {"more than 16 extensions",
       [](CrlTbsParts& p) {
         for (char c = 1; c < 20; ++c) {
           p.extensions.push_back(TestExtension(std::string("\x2a") + c, false, Hex("0500")));
         }
       }},
  });
}

TEST(ParseCrl, RefusesBytesThatAreNoCrl) {
  const std::string der = IssueTestCrl(Ca(), ShardSpec(), TestCrlEntries(1));
  const auto refuse = [](absl::string_view bytes) {
    EXPECT_THAT(ParseCrl(bytes), IsInvalid(Reason::kFileInvalid, "crl"));
  };
  refuse("");
  refuse(der + '\0');
  refuse(Ca().certificate);
  refuse(std::string(kMaxCrlSize + 1, '\0'));
  for (size_t size = 0; size < der.size(); ++size) {
    refuse(absl::string_view(der).substr(0, size));
  }
  EXPECT_THAT(ParseTbsCertList(der), IsInvalid(Reason::kFileInvalid, "crl"));
}

}  // namespace
}  // namespace fleetca::x509
