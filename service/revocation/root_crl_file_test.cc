#include "service/revocation/root_crl_file.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using x509::kTestNow;

class RootCrlFileTest : public ::testing::Test {
 protected:
  std::string Crl(uint64_t number, absl::Time this_update, absl::string_view url = "") {
    x509::CrlSpec spec = x509::TestCrlSpec(root_);
    spec.number = number;
    spec.this_update = this_update;
    spec.next_update = this_update + absl::Hours(24 * 365);
    spec.distribution_point = url;
    return x509::EncodeCrlPem(x509::IssueTestCrl(root_, spec, x509::TestCrlEntries(1)));
  }

  void Write(absl::string_view contents) { std::ofstream(path_, std::ios::binary) << contents; }

  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  testing::TemporaryFolder folder_;
  const std::string path_ = absl::StrCat(folder_.path(), "/root-ca.crl");
  RootCrlFile file_{path_, {x509::MakeTestRoot(KeyType::kP256).certificate, root_.certificate}};
};

TEST_F(RootCrlFileTest, HoldsWhatOneOfTheRootsSigned) {
  EXPECT_EQ(file_.Current(), nullptr);
  EXPECT_THAT(file_.Check(kTestNow), IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
  EXPECT_EQ(GetReason(file_.Load()), Reason::kFileMissing);
  Write(Crl(7, kTestNow));
  FLEETCA_ASSERT_OK(file_.Load());
  const auto crl = file_.Current();
  ASSERT_NE(crl, nullptr);
  EXPECT_EQ(crl->number, "\x07");
  EXPECT_EQ(crl->pem, x509::EncodeCrlPem(crl->der));
  EXPECT_EQ(crl->this_update, kTestNow);
  FLEETCA_EXPECT_OK(file_.Check(kTestNow));
}

TEST_F(RootCrlFileTest, TellsOfEachThatComesInUse) {
  std::vector<absl::Time> told;
  RootCrlFile file(path_, {root_.certificate},
                   [&told](const RootCrl& crl) { told.push_back(crl.this_update); });
  Write("no CRL");
  EXPECT_FALSE(file.Load().ok());
  Write(Crl(7, kTestNow));
  FLEETCA_ASSERT_OK(file.Load());
  Write(Crl(8, kTestNow - absl::Seconds(1)));
  EXPECT_FALSE(file.Load().ok());
  EXPECT_EQ(told, std::vector<absl::Time>{kTestNow});
}

TEST_F(RootCrlFileTest, WarnsThirtyDaysAheadAndSaysWhenItHasEnded) {
  Write(Crl(7, kTestNow));
  FLEETCA_ASSERT_OK(file_.Load());
  const absl::Time end = kTestNow + absl::Hours(24 * 365);
  FLEETCA_EXPECT_OK(file_.Check(end - absl::Hours(24 * 30) - absl::Seconds(1)));
  const absl::Status warning = file_.Check(end - absl::Hours(24 * 30));
  EXPECT_THAT(warning, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_TRUE(absl::StrContains(warning.message(), "ends at 2027-06-01 12:00:00 UTC")) << warning;
  EXPECT_TRUE(absl::StrContains(warning.message(), "fleetca ca root-crl")) << warning;
  EXPECT_THAT(file_.Check(end), IsError(absl::StatusCode::kUnavailable, Reason::kCrlNotReady));
}

TEST_F(RootCrlFileTest, WhatIsWrongOrOlderDoesNotReplaceIt) {
  Write(Crl(8, kTestNow));
  FLEETCA_ASSERT_OK(file_.Load());
  const auto before = file_.Current();
  const x509::TestCa other = x509::MakeTestRoot(KeyType::kP256);
  const std::string others =
      x509::EncodeCrlPem(x509::IssueTestCrl(other, x509::TestCrlSpec(other), {}));
  for (const std::string& wrong :
       {std::string("no CRL"), others, Crl(9, kTestNow - absl::Seconds(1)),
        Crl(9, kTestNow) + Crl(9, kTestNow), Crl(9, kTestNow, x509::kTestShardUrl)}) {
    Write(wrong);
    EXPECT_THAT(file_.Load(), IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_EQ(file_.Current(), before);
  }
  Write(Crl(9, kTestNow + absl::Seconds(1)));
  FLEETCA_ASSERT_OK(file_.Load());
  EXPECT_EQ(file_.Current()->number, "\x09");
}

}  // namespace
}  // namespace fleetca::service
