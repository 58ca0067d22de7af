#include "x509/subject_text.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/name.h"

namespace fleetca::x509 {
namespace {

using ::testing::HasSubstr;

// As x509/name.h prints what is made.
std::string Read(absl::string_view text) {
  const absl::StatusOr<std::string> name = ParseSubjectText(text);
  return name.ok() ? NameToText(*name) : std::string(name.status().message());
}

TEST(SubjectTextTest, ReadsBothForms) {
  EXPECT_EQ(Read("C=DE,O=Fleet,CN=web"), "C=DE, O=Fleet, CN=web");
  EXPECT_EQ(Read("/C=DE/O=Fleet/CN=web"), "C=DE, O=Fleet, CN=web");
  EXPECT_EQ(Read(" c = de , o = Fleet Inc , cn = web "), "C=DE, O=Fleet Inc, CN=web");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("O=A,O=B"), "O=A, O=B");
}

TEST(SubjectTextTest, KnowsEveryTypeOfDailyLife) {
  constexpr absl::string_view kAll =
      "C=DE, ST=Hessen, L=Fulda, STREET=Am Dom 1, O=Fleet, OU=Web, CN=web, serialNumber=1234, "
      "UID=u7, DC=example, emailAddress=ops@fleet.example";
  EXPECT_EQ(Read(kAll), kAll);
  EXPECT_EQ(Read("S=Hessen,E=a@b.example"), "ST=Hessen, emailAddress=a@b.example");
}

TEST(SubjectTextTest, ResolvesEscapes) {
  EXPECT_EQ(Read("O=Fleet\\, Inc,CN=a\\+b\\=c"), "O=Fleet\\, Inc, CN=a\\+b\\=c");
  EXPECT_EQ(Read("CN=caf\\c3\\a9"), "CN=caf\xc3\xa9");
  EXPECT_EQ(Read("CN=\\ edge\\ "), "CN=\\ edge\\ ");
  EXPECT_EQ(Read("CN=\\#1"), "CN=\\#1");
  EXPECT_EQ(Read("/O=a\\/b/CN=a,b"), "O=a/b, CN=a\\,b");
}

TEST(SubjectTextTest, JoinsToOneRdnInTheOrderOfDer) {
  EXPECT_EQ(Read("O=Fleet,CN=web+serialNumber=7"), Read("O=Fleet,serialNumber=7+CN=web"));
  EXPECT_THAT(Read("CN=web+serialNumber=7"), HasSubstr("+"));
}

// What the DER looks like, octet by octet: the country and the address have string types of their
// own.
TEST(SubjectTextTest, WritesTheStringTypeOfEachAttribute) {
  const std::string name = ParseSubjectText("C=de,CN=w,emailAddress=a@b.example").value();
  EXPECT_THAT(name, HasSubstr(std::string("\x55\x04\x06\x13\x02"
                                          "DE")));
  EXPECT_THAT(name, HasSubstr(std::string("\x55\x04\x03\x0c\x01w")));
  EXPECT_THAT(name, HasSubstr(std::string("\x09\x01\x16\x0b"
                                          "a@b.example")));
}

TEST(SubjectTextTest, RefusesWithWhatIsWrong) {
  const std::string long_name(65, 'x');
  for (const auto& [text, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {"web", "there is no \"=\""},
           {"CN=web,", "there is no \"=\""},
           {"CN=web,,O=x", "there is no \"=\""},
           {"/CN=web/", "there is no \"=\""},
           {"CN=", "CN is empty"},
           {"CN=web+CN=web2", "twice"},
           {"GIVEN=x", "is not one of"},
           {"C=DEU", "2 are the most"},
           {"C=D1", "two letters"},
           {absl::StrCat("CN=", long_name), "65 characters"},
           {"serialNumber=a_b", "other characters"},
           {"emailAddress=\xc3\xa9@b.example", "not ASCII"},
           {"CN=a\x01", "cannot be printed"},
           {"CN=\xff", "cannot be printed"},
           {"O=\"Fleet, Inc\"", "another notation"},
           {"CN=#0c01", "another notation"},
           {"CN=web\\", "ends with a backslash"}}) {
    const absl::StatusOr<std::string> name = ParseSubjectText(text);
    EXPECT_EQ(GetReason(name.status()), Reason::kSubjectInvalid) << text;
    EXPECT_THAT(std::string(name.status().message()), HasSubstr(words)) << text;
  }
  std::string many = "CN=a";
  for (int i = 0; i < 16; ++i) {
    many += ",O=b";
  }
  EXPECT_THAT(Read(many), HasSubstr("more than 16"));
}

}  // namespace
}  // namespace fleetca::x509
