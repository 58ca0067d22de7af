#include "client/cli/identity_flag.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

constexpr char kOne[] = "spiffe://fleet.example/host/one";

TEST(CheckIdentityFlagTest, TakesSpiffeIdsAlone) {
  EXPECT_EQ(CheckIdentityFlag(kOne), "");
  for (const std::string text : {"", "web", "https://fleet.example/a", "spiffe://Fleet.example/a",
                                 "spiffe://fleet.example/a/", "spiffe://fleet.example/a b"}) {
    EXPECT_THAT(CheckIdentityFlag(text), HasSubstr("is not a SPIFFE ID")) << text;
  }
}

TEST(ParseIdentitiesTest, KeepsTheOrderAndTheLines) {
  const auto parsed = ParseIdentities(
      absl::StrCat("# rack 7\n\n", kOne, "\n  spiffe://fleet.example/b # the second\r\n", kOne));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->size(), 3);
  EXPECT_EQ((*parsed)[0].identity, kOne);
  EXPECT_EQ((*parsed)[0].line, 3);
  EXPECT_EQ((*parsed)[1].identity, "spiffe://fleet.example/b");
  EXPECT_EQ((*parsed)[1].line, 4);
  EXPECT_EQ((*parsed)[2].identity, kOne);
  EXPECT_EQ((*parsed)[2].line, 5);
}

// As Windows' editors write a list: a byte order mark, CR LF; and as old ones of others did: CR.
TEST(ParseIdentitiesTest, TakesWhatEditorsLeaveInAList) {
  for (const std::string& list :
       {absl::StrCat("\xef\xbb\xbf", kOne, "\r\nspiffe://fleet.example/b\r\n"),
        absl::StrCat(kOne, "\rspiffe://fleet.example/b")}) {
    const auto parsed = ParseIdentities(list);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->size(), 2);
    EXPECT_EQ((*parsed)[0].identity, kOne);
    EXPECT_EQ((*parsed)[1].line, 2);
  }
}

void ExpectRefused(absl::string_view contents, absl::string_view sentence) {
  const absl::Status status = ParseIdentities(contents).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_EQ(GetField(status), "identities");
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(sentence)));
}

TEST(ParseIdentitiesTest, RefusesTheRestWithTheLine) {
  ExpectRefused("", "no identity");
  ExpectRefused("# nobody\n\n", "no identity");
  ExpectRefused(absl::StrCat(kOne, "\nweb\n"), "line 2: \"web\"");
  ExpectRefused(std::string("\xff\xfes\0p\0", 6), "UTF-16");
  ExpectRefused(absl::StrCat(kOne, " ", kOne), "line 1: ");
  ExpectRefused(std::string("spiffe://fleet.example/a\0b", 26), "line 1: ");
}

TEST(ParseIdentitiesTest, TakesAHundredThousandAndNotOneMore) {
  std::string list;
  for (size_t i = 0; i < kMaxListedIdentities; ++i) {
    absl::StrAppend(&list, kOne, "\n");
  }
  const auto parsed = ParseIdentities(list);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->size(), kMaxListedIdentities);
  absl::StrAppend(&list, kOne);
  ExpectRefused(list, "line 100001: ");
}

}  // namespace
}  // namespace fleetca::client
