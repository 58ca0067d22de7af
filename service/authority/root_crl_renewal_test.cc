#include "service/authority/root_crl_renewal.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/authority/ca_init.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/first_certificate.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using x509::RevocationReason;

class RootCrlRenewalTest : public ::testing::Test {
 protected:
  RootCrlRenewalTest() {
    ca_ = Init("ca");
    request_.certificate_file = ca_ + "/root-ca.crt";
    request_.key = {ca_ + "/root-ca.key",
                    {.file = ca_ + "/root-ca.passphrase", .systemd_credential = ""}};
    request_.crl_file = ca_ + "/root-ca.crl";
  }

  std::string Init(absl::string_view name) {
    CaInitOptions options;
    options.folder = absl::StrCat(folder_.path(), "/", name);
    options.trust_domain = "fleet.example";
    const auto summary = InitCa(options, clock_);
    EXPECT_TRUE(summary.ok()) << summary.status();
    return options.folder;
  }

  static std::string Read(const std::string& file) {
    std::ostringstream contents;
    contents << std::ifstream(file, std::ios::binary).rdbuf();
    return contents.str();
  }

  // One entry as "serial reason seconds"; the CRL has to be good.
  std::vector<std::string> Entries() {
    const auto root = x509::ParseFirstCertificate(Read(request_.certificate_file));
    const auto ders = x509::DecodeCrls(Read(request_.crl_file));
    EXPECT_TRUE(root.ok() && ders.ok());
    const auto crl = x509::ParseCrl(ders->front());
    EXPECT_TRUE(crl.ok()) << crl.status();
    FLEETCA_EXPECT_OK(x509::VerifyCrl(*crl, **root, clock_.Now()));
    EXPECT_EQ(crl->distribution_point, "");
    EXPECT_FALSE(crl->only_contains_user_certs);
    std::vector<std::string> entries;
    for (const x509::CrlEntry& entry : crl->entries) {
      entries.push_back(
          absl::StrCat(absl::BytesToHexString(entry.serial), " ",
                       static_cast<int>(entry.reason.value_or(RevocationReason::kUnspecified)), " ",
                       absl::ToInt64Seconds(entry.revocation_date - start_)));
    }
    return entries;
  }

  void ExpectRefused(Reason reason) {
    const std::string before = Read(request_.crl_file);
    const auto made = RenewRootCrl(request_, clock_);
    EXPECT_EQ(GetReason(made.status()), reason) << made.status();
    EXPECT_EQ(Read(request_.crl_file), before);
  }

  testing::TemporaryFolder folder_;
  testing::FakeClock clock_;
  const absl::Time start_ = clock_.Now();
  std::string ca_;
  RootCrlRequest request_;
};

TEST_F(RootCrlRenewalTest, InitMakesTheFirstAndItIsRenewedWithAGreaterNumber) {
  EXPECT_TRUE(Entries().empty());
  const auto again = RenewRootCrl(request_, clock_);  // within the same second
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->number, static_cast<uint64_t>(absl::ToUnixSeconds(start_)) + 1);
  clock_.Advance(absl::Hours(24 * 300));
  const auto made = RenewRootCrl(request_, clock_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_GT(made->number, again->number);
  EXPECT_EQ(made->next_update, clock_.Now() + kRootCrlLifetime);
  EXPECT_EQ(made->revoked, 0u);
  EXPECT_TRUE(Entries().empty());
  // One that has ended is renewed as well.
  clock_.Advance(absl::Hours(24 * 500));
  FLEETCA_EXPECT_OK(RenewRootCrl(request_, clock_).status());
}

TEST_F(RootCrlRenewalTest, ARevokedCaStaysWithItsFirstDate) {
  request_.revoke_files = {ca_ + "/issuing-ca.crt"};
  request_.reason = RevocationReason::kSuperseded;
  clock_.Advance(absl::Seconds(10));
  auto made = RenewRootCrl(request_, clock_);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->newly_revoked.size(), 1u);
  const std::string serial = made->newly_revoked[0];
  EXPECT_EQ(Entries(), std::vector<std::string>{serial + " 4 10"});
  clock_.Advance(absl::Seconds(10));
  request_.reason = RevocationReason::kAffiliationChanged;
  made = RenewRootCrl(request_, clock_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(made->newly_revoked.empty());
  EXPECT_EQ(made->revoked, 1u);
  EXPECT_EQ(Entries(), std::vector<std::string>{serial + " 4 10"});
  request_.reason = RevocationReason::kCaCompromise;
  FLEETCA_ASSERT_OK(RenewRootCrl(request_, clock_).status());
  request_.revoke_files.clear();
  FLEETCA_ASSERT_OK(RenewRootCrl(request_, clock_).status());
  EXPECT_EQ(Entries(), std::vector<std::string>{serial + " 2 10"});
}

TEST_F(RootCrlRenewalTest, WhatTheRootDidNotSignIsRefused) {
  const std::string other = Init("other");
  for (const std::string& file : {other + "/issuing-ca.crt", ca_ + "/server.crt",
                                  ca_ + "/root-ca.crt", ca_ + "/policy.textproto"}) {
    request_.revoke_files = {file};
    ExpectRefused(Reason::kFileInvalid);
  }
  request_.revoke_files = {ca_ + "/none.crt"};
  ExpectRefused(Reason::kFileMissing);
}

TEST_F(RootCrlRenewalTest, ForgetsNothingWhereTheLastOneIsMissingOrAnothers) {
  const std::string other = Init("other");
  FLEETCA_ASSERT_OK(WriteFileAtomic(request_.crl_file, Read(other + "/root-ca.crl"), 0644));
  ExpectRefused(Reason::kFileInvalid);
  std::filesystem::remove(request_.crl_file);
  ExpectRefused(Reason::kFileMissing);
  request_.first = true;
  FLEETCA_ASSERT_OK(RenewRootCrl(request_, clock_).status());
  EXPECT_TRUE(Entries().empty());
  ExpectRefused(Reason::kFileInvalid);  // it is not the first any more
}

TEST_F(RootCrlRenewalTest, AnotherKeyAClockBehindAndBadOptionsAreRefused) {
  clock_.Advance(-absl::Hours(1));
  ExpectRefused(Reason::kClockRefused);
  clock_.Advance(absl::Hours(1));
  request_.lifetime = absl::Hours(23);
  ExpectRefused(Reason::kLifetimeInvalid);
  request_.lifetime = absl::Hours(24);
  request_.reason = RevocationReason::kCertificateHold;
  ExpectRefused(Reason::kConfigInvalid);
  request_.reason = RevocationReason::kUnspecified;
  request_.key = {ca_ + "/issuing-ca.key",
                  {.file = ca_ + "/issuing-ca.passphrase", .systemd_credential = ""}};
  ExpectRefused(Reason::kFileInvalid);
  request_.key.passphrase.file = ca_ + "/root-ca.passphrase";
  ExpectRefused(Reason::kPassphraseInvalid);
  clock_.Advance(absl::Hours(24 * 3651));
  ExpectRefused(Reason::kIssuerExpiring);
}

}  // namespace
}  // namespace fleetca::service
