#include "client/server_dates.h"

#include <string>
#include <vector>

#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ClockAdviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fleetca::testing::TestIssuer ca;
    const auto issued = ca.Issue(fleetca::testing::MakeCsr());
    ASSERT_THAT(issued, fleetca::testing::IsOk());
    chain_ = {"no certificate", issued->certificate};
    const auto parsed = x509::ParseCertificate(issued->certificate);
    ASSERT_THAT(parsed, fleetca::testing::IsOk());
    not_before_ = parsed->not_before;
    not_after_ = parsed->not_after;
  }

  std::vector<std::string> chain_;
  absl::Time not_before_;
  absl::Time not_after_;
};

TEST_F(ClockAdviceTest, IsSilentWithinTheDatesAndWithoutDates) {
  EXPECT_EQ(ClockAdvice(chain_, not_before_), "");
  EXPECT_EQ(ClockAdvice(chain_, not_after_), "");
  EXPECT_EQ(ClockAdvice({}, absl::InfiniteFuture()), "");
  EXPECT_EQ(ClockAdvice({"no certificate"}, not_after_), "");
}

TEST_F(ClockAdviceTest, SaysWhetherTheClockIsBehindOrAhead) {
  EXPECT_THAT(ClockAdvice(chain_, absl::UnixEpoch()),
              AllOf(HasSubstr("probably behind: it says 1970-01-01 00:00:00 UTC"),
                    HasSubstr("; set the clock")));
  EXPECT_THAT(ClockAdvice(chain_, not_after_ + absl::Seconds(1)),
              HasSubstr("is ahead, or the certificate has expired"));
}

TEST(PeekServerCertificatesTest, GetsTheServersOwnFirst) {
  testing::FakeServer server;
  const std::vector<std::string> shown =
      PeekServerCertificates(server.address(), absl::Seconds(10));
  ASSERT_FALSE(shown.empty());
  const auto leaf = x509::ParseCertificate(shown.front());
  ASSERT_THAT(leaf, fleetca::testing::IsOk());
  EXPECT_FALSE(leaf->is_ca);
}

TEST(PeekServerCertificatesTest, GetsNoneWhereNothingListens) {
  testing::FakeServer server;
  const std::string address = server.address();
  server.Stop();
  EXPECT_TRUE(PeekServerCertificates(address, absl::Milliseconds(200)).empty());
}

}  // namespace
}  // namespace fleetca::client
