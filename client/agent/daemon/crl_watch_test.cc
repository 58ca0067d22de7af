#include "client/agent/daemon/crl_watch.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Pointee;
using ::testing::SizeIs;
using x509::kTestNow;

constexpr char kCompleteUrl[] = "http://pki.fleet.example/crl/issuing.crl";

class CrlWatchTest : public ::testing::Test {
 protected:
  CrlWatchTest() {
    options_.identities.resize(1);
    options_.identities[0].name = "web";
    options_.identities[0].outputs.crl_folder = folder_.path() + "/crls";
    served_[kCompleteUrl] = Crl();
  }

  std::string Crl(const x509::TestCa* signer = nullptr) const {
    const x509::TestCa& ca = signer == nullptr ? issuing_ : *signer;
    return x509::IssueTestCrl(ca, x509::TestCrlSpec(ca), x509::TestCrlEntries(3));
  }

  std::string CrlOf(absl::Time this_update, absl::Duration life,
                    absl::string_view distribution_point = "") const {
    x509::CrlSpec spec = x509::TestCrlSpec(issuing_);
    spec.this_update = this_update;
    spec.next_update = this_update + life;
    spec.distribution_point = distribution_point;
    return x509::IssueTestCrl(issuing_, spec, x509::TestCrlEntries(3));
  }

  void Hold(const std::string& name = "web", absl::string_view url = x509::kTestShardUrl) {
    x509::CertSpec spec = x509::LeafSpec(key_);
    spec.crl_url = url;
    x509::LintPolicy policy = x509::LeafPolicy(issuing_);
    policy.crl_url = std::string(url);
    const auto made = x509::TbsTemplate::Create(x509::LeafOptions(issuing_));
    FLEETCA_ASSERT_OK(made);
    auto credential = std::make_shared<Credential>();
    credential->certificate_der = x509::SignTbs(issuing_, (*made)->Build(spec), policy, spec);
    credential->chain_der = {issuing_.certificate};
    credential->roots_der = {root_.certificate};
    auto held = std::make_shared<HeldIdentity>();
    held->name = name;
    held->credential = std::move(credential);
    held_.Publish(std::move(held));
  }

  std::unique_ptr<CrlWatch> Create() {
    auto watch = CrlWatch::Create(
        options_, &held_, [this](const std::string& url) -> absl::StatusOr<std::string> {
          asked_.push_back(url);
          const auto found = served_.find(url);
          return found == served_.end()
                     ? absl::StatusOr<std::string>(Unavailable(Reason::kServerUnreachable, "404"))
                     : found->second;
        });
    FLEETCA_EXPECT_OK(watch);
    return watch.ok() ? *std::move(watch) : nullptr;
  }

  size_t FilesInFolder() const {
    size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.identities[0].outputs.crl_folder)) {
      files += entry.path().extension().string().rfind(".r", 0) == 0 ? 1 : 0;
    }
    return files;
  }

  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa issuing_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  const testing::TestKey& key_ = testing::TestKey::OfType(KeyType::kP256);
  const testing::TemporaryFolder folder_;
  AgentOptions options_;
  HeldIdentities held_;
  std::map<std::string, std::string> served_;
  std::vector<std::string> asked_;
};

TEST_F(CrlWatchTest, TheCompleteCrlBesideTheShardIsFetchedAndKept) {
  const auto watch = Create();
  watch->Step(kTestNow);
  EXPECT_EQ(watch->Of("web"), nullptr);
  Hold();
  watch->Step(kTestNow);
  EXPECT_THAT(asked_, ElementsAre(kCompleteUrl));
  const auto crls = watch->Of("web");
  ASSERT_NE(crls, nullptr);
  EXPECT_THAT(*crls, ElementsAre(Pointee(served_[kCompleteUrl])));
  EXPECT_EQ(FilesInFolder(), 1u);
  // Not again before it is time, and the same object while nothing changes.
  watch->Step(kTestNow + absl::Minutes(5));
  EXPECT_THAT(asked_, SizeIs(1));
  watch->Step(kTestNow + absl::Hours(2));
  EXPECT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(watch->Of("web"), crls);
}

TEST_F(CrlWatchTest, WhatSomebodyRemovesIsThereAgainAtTheNextLook) {
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  for (const auto& entry :
       std::filesystem::directory_iterator(options_.identities[0].outputs.crl_folder)) {
    std::filesystem::remove(entry.path());
  }
  EXPECT_EQ(FilesInFolder(), 0u);
  watch->Step(kTestNow + absl::Seconds(15));
  EXPECT_EQ(FilesInFolder(), 1u);
  EXPECT_THAT(asked_, SizeIs(1));
}

// A host has hundreds of identities and a CRL some megabytes.
TEST_F(CrlWatchTest, IdentitiesOfOneCaHaveOneCopy) {
  options_.identities.resize(2);
  options_.identities[1].name = "db";
  options_.identities[1].outputs.crl_folder = folder_.path() + "/more-crls";
  const auto watch = Create();
  Hold("web");
  Hold("db");
  watch->Step(kTestNow);
  EXPECT_THAT(asked_, SizeIs(1));
  ASSERT_NE(watch->Of("web"), nullptr);
  EXPECT_EQ(watch->Of("web"), watch->Of("db"));
}

TEST_F(CrlWatchTest, WhatNoCertificateNamesAnyMoreIsForgotten) {
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  watch->Step(kTestNow + absl::Seconds(15));
  EXPECT_THAT(asked_, SizeIs(1));
  Hold("web", "http://pki.fleet.example/crl/next.crl");
  watch->Step(kTestNow + absl::Seconds(30));
  EXPECT_THAT(asked_, SizeIs(2));
  // As it is new, it is asked for at once.
  Hold();
  watch->Step(kTestNow + absl::Seconds(45));
  EXPECT_THAT(asked_,
              ElementsAre(kCompleteUrl, "http://pki.fleet.example/crl/next.crl", kCompleteUrl));
}

TEST_F(CrlWatchTest, ACrlOfAnotherCaIsNotTaken) {
  const x509::TestCa other = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  served_[kCompleteUrl] = Crl(&other);
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  EXPECT_EQ(watch->Of("web"), nullptr);
  EXPECT_EQ(FilesInFolder(), 0u);
}

// Who answers on the way to the CA may have kept one from before a certificate was revoked.
TEST_F(CrlWatchTest, AnOlderCrlTakesNobodysPlaceWhileTheOneInUseIsValid) {
  const std::string old = CrlOf(kTestNow - absl::Hours(12), absl::Hours(48));
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  const auto crls = watch->Of("web");
  served_[kCompleteUrl] = old;
  watch->Step(kTestNow + absl::Hours(2));
  EXPECT_THAT(asked_, SizeIs(2));
  EXPECT_EQ(watch->Of("web"), crls);
  EXPECT_EQ(FilesInFolder(), 1u);
  // It is asked for again soon, and a newer one counts at once.
  served_[kCompleteUrl] = CrlOf(kTestNow + absl::Hours(2), absl::Hours(24));
  watch->Step(kTestNow + absl::Hours(2) + absl::Minutes(1));
  EXPECT_THAT(*watch->Of("web"), ElementsAre(Pointee(served_[kCompleteUrl])));
}

// Else the agent would have none, after the CA's clock was set right, for as long as it runs.
TEST_F(CrlWatchTest, AnOlderCrlCountsOnceTheOneInUseHasEnded) {
  served_[kCompleteUrl] = CrlOf(kTestNow, absl::Hours(1));
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  served_[kCompleteUrl] = CrlOf(kTestNow - absl::Hours(1), absl::Hours(24));
  watch->Step(kTestNow + absl::Hours(2));
  EXPECT_THAT(*watch->Of("web"), ElementsAre(Pointee(served_[kCompleteUrl])));
}

TEST_F(CrlWatchTest, TheCrlOfAShardDoesNotPassForTheCompleteOne) {
  served_[kCompleteUrl] = CrlOf(kTestNow, absl::Hours(24), x509::kTestShardUrl);
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  EXPECT_THAT(asked_, SizeIs(1));
  EXPECT_EQ(watch->Of("web"), nullptr);
  EXPECT_EQ(FilesInFolder(), 0u);
}

TEST_F(CrlWatchTest, WhatWasKnownStaysWhileTheServerIsAway) {
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  const auto crls = watch->Of("web");
  served_.clear();
  watch->Step(kTestNow + absl::Hours(2));
  EXPECT_EQ(watch->Of("web"), crls);
  // Asked again soon, with a back-off.
  watch->Step(kTestNow + absl::Hours(2) + absl::Seconds(1));
  EXPECT_THAT(asked_, SizeIs(2));
  watch->Step(kTestNow + absl::Hours(2) + absl::Minutes(1));
  EXPECT_THAT(asked_, SizeIs(3));
}

TEST_F(CrlWatchTest, AnIdentityThatWantsNoneHasNone) {
  options_.identities[0].outputs.crl_folder.clear();
  const auto watch = Create();
  Hold();
  watch->Step(kTestNow);
  EXPECT_EQ(watch->Of("web"), nullptr);
  EXPECT_THAT(asked_, SizeIs(0));
  watch->PrepareReload("web");
  watch->Reloaded("web");
}

}  // namespace
}  // namespace fleetca::client
