#include "x509/san.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;

constexpr absl::string_view kField = "csr.subject_alt_name";

absl::Status Check(NameType type, absl::string_view value) {
  return CheckName({type, value}, kField);
}

absl::StatusOr<GeneralNames> Parse(absl::string_view der, size_t max_names) {
  std::shared_ptr<const std::string> folded;
  absl::StatusOr<GeneralNames> names = ParseSubjectAltName(der, max_names, kField, &folded);
  EXPECT_EQ(folded, nullptr) << "nothing is there to fold";
  return names;
}

std::string San(absl::string_view names) { return der::Encode(der::kSequence, names); }

std::string Repeat(absl::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&out, text);
  }
  return out;
}

TEST(SanTest, TakesDnsNames) {
  for (const std::string& name :
       {std::string("a"), std::string("web-1.fleet.example"), std::string("xn--zrich-kva.example"),
        std::string("1.a"), std::string("*.fleet.example"), std::string(63, 'a') + ".b",
        Repeat("abcdefghi.", 25) + "abc", std::string("a-b--c.d")}) {
    EXPECT_THAT(Check(NameType::kDns, name), IsOk()) << name;
  }
}

TEST(SanTest, RefusesOtherDnsNames) {
  for (const std::string& name : {std::string(""),
                                  std::string("."),
                                  std::string("a."),
                                  std::string(".a"),
                                  std::string("a..b"),
                                  std::string("A.example"),
                                  std::string("-a.example"),
                                  std::string("a-.example"),
                                  std::string("a_b.example"),
                                  std::string("a b"),
                                  std::string("a\0b.example", 11),
                                  std::string("z\xc3\xbcrich.example"),
                                  std::string("a.example\n"),
                                  std::string(64, 'a') + ".b",
                                  Repeat("abcdefghi.", 25) + "abcd",
                                  std::string("*"),
                                  std::string("*.example"),
                                  std::string("*a.fleet.example"),
                                  std::string("a.*.example"),
                                  std::string("*.*.example"),
                                  std::string("*..example"),
                                  std::string("10.0.0.1"),
                                  std::string("1"),
                                  std::string("a.1"),
                                  std::string("*.a.1"),
                                  std::string("a/b"),
                                  std::string("a:80"),
                                  std::string("a%2eb")}) {
    EXPECT_THAT(Check(NameType::kDns, name), IsInvalid(Reason::kSanInvalid, kField))
        << absl::CHexEscape(name);
  }
}

TEST(SanTest, TakesUnderscoresWhereTheyAreAllowed) {
  for (const std::string& name :
       {std::string("my_host.fleet.example"), std::string("_sip._tcp.fleet.example"),
        std::string("*.my_host.fleet.example")}) {
    EXPECT_THAT(CheckName({NameType::kDns, name}, kField, Underscores::kAllowed), IsOk()) << name;
  }
  EXPECT_THAT(CheckName({NameType::kEmail, "a@my_host.example"}, kField, Underscores::kAllowed),
              IsInvalid(Reason::kSanInvalid, kField));
}

TEST(SanTest, RefusesInternationalLabelsThatDoNotDecode) {
  for (const char* name : {"xn--99999999.example", "a.xn--ib9b", "*.xn--a-9999.example"}) {
    const absl::Status status = Check(NameType::kDns, name);
    EXPECT_THAT(status, IsInvalid(Reason::kSanInvalid, kField)) << name;
    EXPECT_NE(status.message().find("RFC 3492"), absl::string_view::npos) << status;
  }
}

TEST(SanTest, TakesSpiffeIds) {
  const std::string start = "spiffe://td/";
  for (const std::string& id :
       {std::string("spiffe://td"), std::string("spiffe://fleet.example/svc/web"),
        std::string("spiffe://a_b-c.1/A.b_c-1"), std::string("spiffe://td/..."),
        std::string("spiffe://td/.a/b."), "spiffe://" + std::string(255, 't') + "/a",
        start + std::string(2048 - start.size(), 'p')}) {
    EXPECT_THAT(Check(NameType::kUri, id), IsOk()) << id;
    EXPECT_THAT(CheckSpiffeId(id, kField), IsOk());
  }
}

TEST(SanTest, RefusesOtherUris) {
  const std::string start = "spiffe://td/";
  for (const std::string& id : {std::string(""),
                                std::string("spiffe://"),
                                std::string("spiffe:///a"),
                                std::string("spiffe://../a"),
                                std::string("spiffe://."),
                                std::string("https://td/a"),
                                std::string("SPIFFE://td/a"),
                                std::string("spiffe:/td/a"),
                                std::string("spiffe://TD/a"),
                                std::string("spiffe://td/"),
                                std::string("spiffe://td/a/"),
                                std::string("spiffe://td//a"),
                                std::string("spiffe://td/../x"),
                                std::string("spiffe://td/a/.."),
                                std::string("spiffe://td/./x"),
                                std::string("spiffe://td/%2e"),
                                std::string("spiffe://td/a?q"),
                                std::string("spiffe://td/a#f"),
                                std::string("spiffe://td?q"),
                                std::string("spiffe://u@td/a"),
                                std::string("spiffe://td:80/a"),
                                std::string("spiffe://td/a b"),
                                std::string("spiffe://td/a\0", 14),
                                std::string("spiffe://td/\xc3\xbc"),
                                std::string("spiffe://t%64/a"),
                                std::string("spiffe://td/a\n"),
                                std::string(" spiffe://td/a"),
                                "spiffe://" + std::string(256, 't') + "/a",
                                start + std::string(2049 - start.size(), 'p')}) {
    EXPECT_THAT(Check(NameType::kUri, id), IsInvalid(Reason::kSanInvalid, kField))
        << absl::CHexEscape(id);
    EXPECT_THAT(CheckSpiffeId(id, kField), IsInvalid(Reason::kSanInvalid, kField));
  }
}

TEST(SanTest, TakesIpAddressesOfTwoSizes) {
  for (int size = 0; size <= 33; ++size) {
    const absl::Status status = Check(NameType::kIp, std::string(size, '\x01'));
    if (size == 4 || size == 16) {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status, IsInvalid(Reason::kSanInvalid, kField)) << size;
    }
  }
}

TEST(SanTest, TakesEmailAddresses) {
  for (const std::string& email :
       {std::string("a@b.example"), std::string("first.last+tag@fleet.example"),
        std::string(64, 'l') + "@b.example"}) {
    EXPECT_THAT(Check(NameType::kEmail, email), IsOk()) << email;
  }
  for (const std::string& email :
       {std::string(""), std::string("a"), std::string("@b.example"), std::string("a@"),
        std::string("a@b@c.example"), std::string("a b@c.example"),
        std::string("a\0@c.example", 12), std::string("\"a\"@c.example"),
        std::string(".a@c.example"), std::string("a.@c.example"), std::string("a..b@c.example"),
        std::string("a@*.c.example"), std::string("a@C.example"), std::string("\xc3\xbc@c.example"),
        std::string(65, 'l') + "@b.example", "a@" + Repeat("abcdefghi.", 25) + "abc"}) {
    EXPECT_THAT(Check(NameType::kEmail, email), IsInvalid(Reason::kSanInvalid, kField))
        << absl::CHexEscape(email);
  }
}

TEST(SanTest, ParsesWhatItBuilds) {
  const std::vector<GeneralName> names = {
      {NameType::kUri, "spiffe://fleet.example/svc/web"},
      {NameType::kDns, "web.fleet.example"},
      {NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)},
      {NameType::kIp, absl::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16)},
      {NameType::kEmail, "a@fleet.example"}};
  const std::string der = BuildSubjectAltName(names);
  const absl::StatusOr<GeneralNames> parsed = Parse(der, 5);
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(absl::MakeSpan(*parsed), absl::MakeSpan(names));
}

TEST(SanTest, FoldsWhatMeansTheSameInCapitalLetters) {
  const std::string der = BuildSubjectAltName({{NameType::kUri, "spiffe://fleet.example/svc/Web"},
                                               {NameType::kDns, "*.WEB.Fleet.example"},
                                               {NameType::kEmail, "John.Doe@Fleet.EXAMPLE"}});
  std::shared_ptr<const std::string> folded;
  absl::StatusOr<GeneralNames> names = ParseSubjectAltName(der, 3, kField, &folded);
  ASSERT_THAT(names, IsOk());
  ASSERT_NE(folded, nullptr);
  ASSERT_EQ(names->size(), 3u);
  EXPECT_EQ((*names)[0].value, "spiffe://fleet.example/svc/Web");
  EXPECT_EQ((*names)[1].value, "*.web.fleet.example");
  EXPECT_EQ((*names)[2].value, "John.Doe@fleet.example");
}

// A scheme in capital letters may be the same URI and is no SPIFFE ID.
TEST(SanTest, FoldsNoUris) {
  const std::string der = BuildSubjectAltName({{NameType::kUri, "SPIFFE://td/a"}});
  EXPECT_THAT(Parse(der, 3), IsInvalid(Reason::kSanInvalid, kField));
}

TEST(SanTest, TakesEachNameOnce) {
  const std::string der = BuildSubjectAltName({{NameType::kDns, "a.example"},
                                               {NameType::kIp, "\x0a\x01\x01\x01"},
                                               {NameType::kDns, "A.example"},
                                               {NameType::kIp, "\x0a\x01\x01\x01"},
                                               {NameType::kDns, "b.example"}});
  std::shared_ptr<const std::string> folded;
  const absl::StatusOr<GeneralNames> names = ParseSubjectAltName(der, 5, kField, &folded);
  ASSERT_THAT(names, IsOk());
  EXPECT_EQ(names->size(), 3u);
  // What is there counts, however often it is the same: reading it costs something.
  EXPECT_THAT(ParseSubjectAltName(der, 4, kField, &folded), IsInvalid(Reason::kSanTooMany, kField));
}

TEST(SanTest, CountsNames) {
  std::vector<std::string> texts;
  for (int i = 0; i <= 100; ++i) {
    texts.push_back(absl::StrCat("a", i));
  }
  std::vector<GeneralName> names;
  for (const std::string& text : texts) {
    names.push_back({NameType::kDns, text});
  }
  EXPECT_THAT(Parse(BuildSubjectAltName({names.data(), 100}), 100), IsOk());
  EXPECT_THAT(Parse(BuildSubjectAltName(names), 100), IsInvalid(Reason::kSanTooMany, kField));
}

TEST(SanTest, RefusesWhatIsNotGeneralNames) {
  const std::string good = BuildSubjectAltName({{NameType::kDns, "a"}});
  for (const std::string& bad :
       {std::string(), San(""), good + std::string("\x05\x00", 2), good.substr(0, good.size() - 1),
        std::string("\x30\x80\x82\x01"
                    "a\x00\x00",
                    7),
        std::string("\x30\x81\x03\x82\x01"
                    "a",
                    6),
        std::string("\x31\x03\x82\x01"
                    "a",
                    5),
        San(std::string("\x82\x81\x01"
                        "a",
                        4)),
        San("\x82\x02"
            "a"),
        San(der::Encode(0x89, "a")), San(der::Encode(0x0c, "a")),
        San(der::Encode(0xa2, der::Encode(0x16, "a"))), San(der::Encode(0x80, "a")),
        San(der::Encode(0x82, "a") + std::string(1, '\0'))}) {
    EXPECT_THAT(Parse(bad, 10), IsInvalid(Reason::kSanInvalid, kField)) << absl::CHexEscape(bad);
  }
}

TEST(SanTest, RefusesOtherTypesOfName) {
  for (const uint8_t tag : {0xa0, 0xa3, 0xa4, 0xa5, 0x88}) {
    EXPECT_THAT(Parse(San(der::Encode(0x82, "a") + der::Encode(tag, "x")), 10),
                IsInvalid(Reason::kSanTypeForbidden, kField))
        << static_cast<int>(tag);
  }
}

TEST(SanTest, RefusesABadNameAfterGoodOnes) {
  EXPECT_THAT(Parse(San(der::Encode(0x82, "a") + der::Encode(0x87, "abcde")), 10),
              IsInvalid(Reason::kSanInvalid, kField));
}

TEST(SanTest, SplitsSpiffeIds) {
  EXPECT_EQ(SpiffeTrustDomain("spiffe://fleet.example/svc/web"), "fleet.example");
  EXPECT_EQ(SpiffePath("spiffe://fleet.example/svc/web"), "/svc/web");
  EXPECT_EQ(SpiffeTrustDomain("spiffe://td"), "td");
  EXPECT_EQ(SpiffePath("spiffe://td"), "");
  EXPECT_EQ(SpiffeTrustDomain("https://td/a"), "");
  EXPECT_EQ(SpiffePath("https://td/a"), "");
}

TEST(SanTest, PrintsSafely) {
  EXPECT_EQ(NameToString({NameType::kDns, "a.example"}), "DNS:a.example");
  EXPECT_EQ(NameToString({NameType::kUri, "spiffe://td/\x1b[0m\n"}), "URI:spiffe://td/\\x1b[0m\\n");
  EXPECT_EQ(NameToString({NameType::kEmail, "a@b.example"}), "email:a@b.example");
  EXPECT_EQ(NameToString({NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)}), "IP:10.0.0.1");
  EXPECT_EQ(NameToString({NameType::kIp, std::string(15, '\0') + "\x01"}), "IP:::1");
  EXPECT_EQ(NameToString({NameType::kIp, "abc"}), "IP:(616263)");
}

TEST(SanTest, ErrorsQuoteTheNameSafely) {
  const absl::Status status = Check(NameType::kDns, std::string(500, 'a') + "\x1b");
  EXPECT_LT(status.message().size(), 300u);
  EXPECT_EQ(Check(NameType::kDns, "\x1b[31m").message().find('\x1b'), absl::string_view::npos);
}

}  // namespace
}  // namespace fleetca::x509
