#include "service/server/own_certificate_watch.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr absl::Duration kDay = absl::Hours(24);

// Counts the looks: each asks it once, where the server's certificate is not renewed.
class CountingClock final : public Clock {
 public:
  absl::Time Now() const override {
    ++looks_;
    return fake_.Now();
  }
  void Advance(absl::Duration duration) { fake_.Advance(duration); }
  int looks() const { return looks_; }

 private:
  FakeClock fake_{absl::Now()};
  mutable std::atomic<int> looks_{0};
};

class OwnCertificateWatchTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    config_ = Config();
    // So that the server's is warned of, as where nobody renews it.
    config_.own_certificates.server_profile.clear();
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start());
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        ca_, RunningCa::Open(config_, std::make_unique<store::MemoryStore>(), *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create({config_.listener.certificate_file,
                                                          config_.listener.private_key_file,
                                                          config_.listener.client_ca_file},
                                                         *watcher_, Clock::System()));
    renewal_ = std::make_unique<ServerRenewal>(config_, *ca_, clock_);
  }

  void Start() {
    FLEETCA_ASSERT_OK_AND_ASSIGN(own_, OwnCertificateWatch::Start(config_, *ca_, *tls_, *renewal_,
                                                                  clock_, absl::Milliseconds(5)));
  }

  std::string Message() const { return std::string(own_->status().message()); }

  static bool Eventually(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!condition()) {
      if (absl::Now() > deadline) {
        return false;
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    return true;
  }

  ServerConfig config_;
  CountingClock clock_;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<ServerRenewal> renewal_;
  std::unique_ptr<OwnCertificateWatch> own_;
};

TEST_F(OwnCertificateWatchTest, TheyAreTheServersTheCasAndTheWatchedOnes) {
  config_.own_certificates.watched_files.push_back(File("not-there.crt"));
  const auto file = [this](const char* name) { return Field(&OwnCertificate::file, File(name)); };
  EXPECT_THAT(FindOwnCertificates(config_, *ca_, tls_.get(), *renewal_),
              ElementsAre(file("server.crt"), file("issuing-ca.crt"), file("trust-bundle.pem"),
                          file("admin.crt")));
}

TEST_F(OwnCertificateWatchTest, HealthFollowsThemBothWays) {
  Start();
  FLEETCA_EXPECT_OK(own_->status());
  clock_.Advance(21 * kDay);
  EXPECT_TRUE(Eventually([this] { return !own_->status().ok(); }));
  EXPECT_THAT(own_->status(), IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(Message(), AllOf(HasSubstr(File("admin.crt")),
                               HasSubstr("spiffe://fleet.example/operator/admin"),
                               HasSubstr("fleetca ca renew-admin --dir ")));
  clock_.Advance(-21 * kDay);
  EXPECT_TRUE(Eventually([this] { return own_->status().ok(); }));
}

TEST_F(OwnCertificateWatchTest, TheOneThatEndsFirstIsSaid) {
  config_.own_certificates.watched_files.clear();
  Start();
  clock_.Advance(61 * kDay);
  EXPECT_TRUE(Eventually([this] { return absl::StrContains(Message(), "server.crt"); }));
  EXPECT_THAT(Message(), HasSubstr("fleetca ca renew-server --dir "));
  // The issuing CA ends after three years, and the root after ten.
  clock_.Advance(1010 * kDay);
  EXPECT_TRUE(Eventually([this] { return absl::StrContains(Message(), "expired"); }));
}

TEST_F(OwnCertificateWatchTest, EachIsWarnedOfAtFirstAndOnceADay) {
  ::testing::internal::CaptureStderr();
  clock_.Advance(3640 * kDay);
  Start();
  const auto looked = [this] {
    clock_.Advance(absl::Minutes(1));
    // One may be under way, and the next one may not have ended.
    EXPECT_TRUE(
        Eventually([this, before = clock_.looks()] { return clock_.looks() > before + 2; }));
  };
  looked();
  clock_.Advance(25 * absl::Hours(1));
  looked();
  own_.reset();
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto lines = [&log](absl::string_view word, absl::string_view file) {
    int count = 0;
    for (const absl::string_view line : absl::StrSplit(log, '\n')) {
      count += absl::StrContains(line, word) && absl::StrContains(line, file) ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(lines("is about to end", "trust-bundle.pem"), 2) << log;
  EXPECT_EQ(lines("has ended", "issuing-ca.crt"), 2) << log;
  EXPECT_EQ(lines("has ended", "server.crt"), 2) << log;
  EXPECT_EQ(lines("has ended", "admin.crt"), 2) << log;
}

TEST_F(OwnCertificateWatchTest, WhatIsKnownOfEachIsTold) {
  Start();
  const std::vector<OwnCertificateState> all = own_->certificates();
  ASSERT_EQ(all.size(), 4u);
  for (const OwnCertificateState& state : all) {
    EXPECT_NE(state.certificate.serial_number, "") << state.certificate.what;
    EXPECT_EQ(state.warning, "") << state.certificate.what;
    EXPECT_FALSE(state.last_renewal_attempt.has_value()) << state.certificate.what;
  }
  EXPECT_EQ(all[0].certificate.spiffe_id, "spiffe://fleet.example/svc/fleetca");
  EXPECT_THAT(all[1].certificate.subject, HasSubstr("CN="));
  EXPECT_EQ(all[3].certificate.spiffe_id, "spiffe://fleet.example/operator/admin");
  clock_.Advance(21 * kDay);
  EXPECT_TRUE(Eventually([this] { return own_->certificates()[3].warning != ""; }));
  EXPECT_EQ(own_->certificates()[0].warning, "");
  // Calls may still ask while the server drains.
  own_->Stop();
  EXPECT_EQ(own_->certificates().size(), 4u);
}

TEST_F(OwnCertificateWatchTest, WhenAndWhyARenewalFailedIsTold) {
  config_.own_certificates.server_profile = "not-there";
  renewal_ = std::make_unique<ServerRenewal>(config_, *ca_, clock_);
  clock_.Advance(61 * kDay);
  const absl::Time before = clock_.Now();
  Start();
  const std::vector<OwnCertificateState> all = own_->certificates();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].last_renewal_attempt, before);
  EXPECT_THAT(all[0].renewal_error, HasSubstr("cannot be renewed"));
  EXPECT_FALSE(all[1].last_renewal_attempt.has_value());
  EXPECT_EQ(all[1].renewal_error, "");
}

TEST_F(OwnCertificateWatchTest, ARenewalThatIsDueComesBeforeStartReturns) {
  config_.own_certificates.server_profile = "ca-server";
  renewal_ = std::make_unique<ServerRenewal>(config_, *ca_, clock_);
  const std::string before = Read("server.crt");
  clock_.Advance(61 * kDay);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      own_, OwnCertificateWatch::Start(config_, *ca_, *tls_, *renewal_, clock_, absl::Hours(1)));
  EXPECT_NE(Read("server.crt"), before);
}

}  // namespace
}  // namespace fleetca::service
