#include "service/authority/crl_shards_file.h"

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Optional;

const std::string kKeyId(20, '\x0a');
const std::string kNextKeyId(20, '\x0b');
constexpr char kUrl[] = "http://pki.fleet.example";

class CrlShardsFileTest : public ::testing::Test {
 protected:
  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = CrlShardsFile(folder_.path() + "/issuing-ca.crt");
};

TEST_F(CrlShardsFileTest, StandsBesideTheCertificate) {
  EXPECT_EQ(CrlShardsFile("ca/issuing-ca.crt"), "ca/crl-shards");
  EXPECT_EQ(CrlShardsFile("issuing-ca.crt"), "./crl-shards");
}

TEST_F(CrlShardsFileTest, AnIssuingCaThatIsNewHasWhatIsConfiguredOrTheDefault) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto none, FindCrlShards(path_, kKeyId));
  EXPECT_FALSE(none.has_value());
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, std::nullopt, kUrl), 128);
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, 100, kUrl), 100);
  // It is only asked.
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(CrlShardsFileTest, WhatIsKeptStays) {
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kKeyId, {100, kUrl}));
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kKeyId, {200, kUrl}));  // the first one stays
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, std::nullopt, kUrl), 100);
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, 100, kUrl), 100);
  const absl::Status refused = DecideCrlShards(path_, kKeyId, 128, kUrl).status();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
  EXPECT_EQ(GetField(refused), "revocation.crl_shards");
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr("is 128"), HasSubstr("one of 100 shards"), HasSubstr(path_),
                    HasSubstr("write crl_shards: 100"), HasSubstr("next issuing CA")));
}

// A CRL says the URL that its certificates name, octet by octet: with another one it is refused for
// them.
TEST_F(CrlShardsFileTest, AnotherUrlIsRefusedUntilTheLineHasNone) {
  constexpr char kOther[] = "http://crl.fleet.example";
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kKeyId, {100, kUrl}));
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kNextKeyId, {64, kUrl}));
  const absl::Status refused = DecideCrlShards(path_, kKeyId, std::nullopt, kOther).status();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
  EXPECT_EQ(GetField(refused), "http.base_url");
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr(kOther), HasSubstr(absl::StrCat("below ", kUrl)), HasSubstr(path_)));
  // The line of a release that kept no URL, or of an operator who waited.
  FLEETCA_ASSERT_OK(
      WriteFileAtomic(path_,
                      absl::StrCat("# mine\n", absl::BytesToHexString(kKeyId), " 100\n",
                                   absl::BytesToHexString(kNextKeyId), " 64 ", kUrl, "\n"),
                      0644));
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, std::nullopt, kOther), 100);
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kKeyId, {200, kOther}));  // the number stays
  EXPECT_THAT(*FindCrlShards(path_, kKeyId), Optional(KeptCrlShards{100, kOther}));
  EXPECT_THAT(*FindCrlShards(path_, kNextKeyId), Optional(KeptCrlShards{64, kUrl}));
  EXPECT_FALSE(DecideCrlShards(path_, kKeyId, std::nullopt, kUrl).ok());
  EXPECT_THAT(*ReadFile(path_), HasSubstr("# mine\n"));
}

TEST_F(CrlShardsFileTest, TheNextIssuingCaMayHaveAnotherNumber) {
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kKeyId, {100, kUrl}));
  EXPECT_EQ(*DecideCrlShards(path_, kNextKeyId, 64, kUrl), 64);
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kNextKeyId, {64, kUrl}));
  EXPECT_THAT(*FindCrlShards(path_, kKeyId), Optional(KeptCrlShards{100, kUrl}));
  EXPECT_THAT(*FindCrlShards(path_, kNextKeyId), Optional(KeptCrlShards{64, kUrl}));
}

TEST_F(CrlShardsFileTest, ADamagedFileIsNoNewOne) {
  const std::string key_id = absl::BytesToHexString(kKeyId);
  for (const std::string& line :
       {std::string("junk"), absl::StrCat(key_id, " 0"), absl::StrCat(key_id, " 70000"),
        absl::StrCat(key_id, " 12x"), absl::StrCat(key_id, " 1 2"),
        absl::StrCat(key_id, " 1 ", kUrl, " x"), absl::StrCat(key_id, " 5\n", key_id, " 6")}) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(path_, absl::StrCat("# heading\n", line, "\n"), 0644));
    for (const absl::Status& status : {DecideCrlShards(path_, kKeyId, std::nullopt, kUrl).status(),
                                       KeepCrlShards(path_, kKeyId, {100, kUrl})}) {
      EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid))
          << line;
      EXPECT_THAT(std::string(status.message()), HasSubstr("restore the file from a backup"));
    }
  }
}

TEST_F(CrlShardsFileTest, WhereItCannotBeWrittenTheLineIsSaid) {
  const std::string nowhere = folder_.path() + "/no/such/folder/crl-shards";
  const absl::Status status = KeepCrlShards(nowhere, kKeyId, {100, kUrl});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("\"", absl::BytesToHexString(kKeyId), " 100 ", kUrl, "\"")));
  // As an operator would write it, without a heading or an end of the line.
  FLEETCA_ASSERT_OK(
      WriteFileAtomic(path_, absl::StrCat(absl::BytesToHexString(kKeyId), " 100"), 0644));
  EXPECT_EQ(*DecideCrlShards(path_, kKeyId, std::nullopt, kUrl), 100);
  FLEETCA_ASSERT_OK(KeepCrlShards(path_, kNextKeyId, {64, kUrl}));
  EXPECT_THAT(*FindCrlShards(path_, kNextKeyId), Optional(KeptCrlShards{64, kUrl}));
}

}  // namespace
}  // namespace fleetca::service
