// What is looked at on each call of a caller that is remembered: revocation.
#include "client/authz/peer_cache.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/time_since_boot.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "client/authz/revocations.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace {

// How long the machine has slept, on top of what it has.
std::atomic<time_t> g_slept_seconds{0};

}  // namespace

// In place of the C library's, for the whole program.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (clock == CLOCK_BOOTTIME) {
    time->tv_sec += g_slept_seconds;
  }
  return static_cast<int>(result);
}

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);
const auto kIsUnknown = IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown);

class PeerCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AuthzVerifierOptions options;
    options.roots = {fleet_.root.certificate};
    options.trust_domain = "fleet.example";
    options.clock = &clock_;
    options.revocations = revocations_;
    auto verifier = AuthzVerifier::Create(std::move(options));
    FLEETCA_ASSERT_OK(verifier);
    peers_ = std::make_unique<PeerCache>(*std::move(verifier), 4);
    testing::TestLeaf leaf;
    leaf.uris = {"spiffe://fleet.example/svc/web"};
    chain_ = *x509::DecodePem(x509::kPemCertificate, fleet_.Issue(leaf).chain_pem);
  }
  absl::Status Ask() {
    return peers_
        ->Current(chain_.front(),
                  [this] {
                    ++verified_;
                    return chain_;
                  })
        .status();
  }
  std::string Serial() const { return std::string(x509::ParseCertificate(chain_.front())->serial); }

  const testing::TestFleet fleet_;
  const fleetca::testing::FakeClock clock_{x509::kTestNow};
  const std::shared_ptr<Revocations> revocations_ = *Revocations::Create({});
  std::unique_ptr<PeerCache> peers_;
  std::vector<std::string> chain_;
  int verified_ = 0;
};

TEST_F(PeerCacheTest, ARememberedCallerIsRefusedOnceRevokedAndCostsNoSignatures) {
  EXPECT_THAT(Ask(), kIsUnknown);
  revocations_->SetCurrent(x509::kTestNow, TimeSinceBoot());
  FLEETCA_EXPECT_OK(Ask());
  revocations_->Add(Serial(), {x509::kTestNow, 1});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask(), kIsRevoked);
  }
  EXPECT_EQ(verified_, 1);
}

// The feed's connection may be gone, and who was revoked meanwhile is not known.
TEST_F(PeerCacheTest, AfterASleepOfTheMachineNobodyIsBelievedByWhatWasKnownBefore) {
  revocations_->SetCurrent(x509::kTestNow, TimeSinceBoot());
  FLEETCA_EXPECT_OK(Ask());
  g_slept_seconds = 3600;
  EXPECT_THAT(Ask(), kIsUnknown);
  revocations_->SetCurrent(x509::kTestNow, TimeSinceBoot());
  FLEETCA_EXPECT_OK(Ask());
  g_slept_seconds = 0;
}

TEST_F(PeerCacheTest, OneThatWasNotMetBeforeIsRefusedToo) {
  revocations_->SetCurrent(x509::kTestNow, TimeSinceBoot());
  revocations_->Add(Serial(), {x509::kTestNow, 1});
  EXPECT_THAT(Ask(), kIsRevoked);
}

}  // namespace
}  // namespace fleetca::client
