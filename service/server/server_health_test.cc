#include "service/server/server_health.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/issuance/issue_queue.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::FakeClock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ServerHealthTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    config_ = Config();
    auto store = std::make_unique<store::MemoryStore>();
    store_ = store.get();
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start());
    FLEETCA_ASSERT_OK_AND_ASSIGN(ca_, RunningCa::Open(config_, std::move(store), *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create({config_.listener.certificate_file,
                                                          config_.listener.private_key_file,
                                                          config_.listener.client_ca_file},
                                                         *watcher_, clock_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(port_, IssuingPort::Start(config_, *tls_, *ca_, queue_, {}, 100));
    checks_ = ServerHealthChecks(*tls_, *ca_, *port_, nullptr);
  }

  // Of the checks that find something wrong.
  std::vector<std::string> Wrong() const {
    std::vector<std::string> names;
    for (const HealthCheck& check : checks_) {
      const absl::Status status = check.look();
      if (!status.ok()) {
        names.push_back(check.name);
        EXPECT_TRUE(GetReason(status).has_value()) << status;
      }
    }
    return names;
  }

  ServerConfig config_;
  FakeClock clock_{absl::Now()};  // of the server's certificate alone
  store::MemoryStore* store_ = nullptr;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  IssueQueue queue_{{.capacity = 100}};
  std::unique_ptr<IssuingPort> port_;
  std::vector<HealthCheck> checks_;
};

TEST_F(ServerHealthTest, OfANewCaNothingIsWrong) {
  EXPECT_THAT(Wrong(), IsEmpty());
  EXPECT_EQ(checks_.size(), 6u);
}

TEST_F(ServerHealthTest, EachPartIsFoundOutByItselfAndComesBack) {
  store_->FailAppends(Unavailable(Reason::kStoreUnavailable, "no disk"));
  EXPECT_THAT(Wrong(), ElementsAre("store"));
  store_->FailAppends(absl::OkStatus());
  EXPECT_THAT(Wrong(), IsEmpty());

  FLEETCA_ASSERT_OK(store_->NoteTime(absl::Now() + absl::Hours(1)));
  EXPECT_THAT(Wrong(), ElementsAre("clock"));
  FLEETCA_ASSERT_OK(store_->ResetLatestTime(absl::Now()));
  EXPECT_THAT(Wrong(), IsEmpty());

  clock_.Advance(absl::Hours(24 * 91));
  EXPECT_THAT(Wrong(), ElementsAre("server certificate"));
  clock_.Advance(-absl::Hours(24 * 91));
  EXPECT_THAT(Wrong(), IsEmpty());

  port_->BeginDrain();
  EXPECT_THAT(Wrong(), ElementsAre("listener"));
}

TEST_F(ServerHealthTest, TokensAreManagedWithoutASigner) {
  for (const HealthCheck& check : checks_) {
    if (check.name == "signer" || check.name == "issuing CA") {
      EXPECT_THAT(check.services, ElementsAre(kIssuingServiceName));
    } else {
      EXPECT_THAT(check.services, ElementsAre(kIssuingServiceName, kTokenServiceName))
          << check.name;
    }
  }
}

TEST_F(ServerHealthTest, WhatIsToBeDoneInTimeCostsTheCaAsAWholeNothing) {
  ServerRenewal renewal(config_, *ca_, clock_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto own,
                               OwnCertificateWatch::Start(config_, *ca_, *tls_, renewal, clock_));
  checks_ = ServerHealthChecks(*tls_, *ca_, *port_, nullptr, own.get());
  ASSERT_EQ(checks_.size(), 7u);
  EXPECT_EQ(checks_.back().name, "own certificates");
  EXPECT_THAT(checks_.back().services, ElementsAre(kOwnCertificatesName));
  EXPECT_FALSE(checks_.back().of_whole);
  EXPECT_THAT(Wrong(), IsEmpty());
}

TEST_F(ServerHealthTest, TheBootstrapPortCostsNoOtherServiceItsHealth) {
  config_.bootstrap_address = "127.0.0.1:0";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto bootstrap,
                               BootstrapPort::Start(config_, *tls_, *ca_, queue_,
                                                    std::filesystem::absolute("fleetca").string()));
  checks_ = ServerHealthChecks(*tls_, *ca_, *port_, bootstrap.get());
  ASSERT_EQ(checks_.size(), 7u);
  EXPECT_EQ(checks_.back().name, "bootstrap port");
  EXPECT_THAT(checks_.back().services, IsEmpty());
  EXPECT_THAT(Wrong(), IsEmpty());
}

}  // namespace
}  // namespace fleetca::service
