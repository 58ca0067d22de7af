#include "service/authority/own_certificate.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/expiry_warning.h"

namespace fleetca::service {
namespace {

using ::testing::IsEmpty;
using ::testing::StrEq;

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kStart = absl::FromUnixSeconds(1767225600);  // 2026-01-01

OwnCertificate Of(absl::Duration life) {
  return {"the server's certificate", "ca/server.crt", kStart, kStart + life, "do this"};
}

TEST(EndWarningTest, SaysFileEndAndWhatToDo) {
  EXPECT_THAT(EndWarning(Of(90 * kDay), kStart + 60 * kDay - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(EndWarning(Of(90 * kDay), kStart + 60 * kDay),
              StrEq("ca/server.crt, the server's certificate, ends at 2026-04-01 00:00:00 UTC, in "
                    "30 days; do this"));
  EXPECT_THAT(EndWarning(Of(90 * kDay), kStart + 90 * kDay - absl::Hours(5)),
              StrEq("ca/server.crt, the server's certificate, ends at 2026-04-01 00:00:00 UTC, in "
                    "5 hours; do this"));
  EXPECT_THAT(EndWarning(Of(90 * kDay), kStart + 90 * kDay - absl::Seconds(61)),
              StrEq("ca/server.crt, the server's certificate, ends at 2026-04-01 00:00:00 UTC, in "
                    "1 minute; do this"));
  EXPECT_THAT(EndWarning(Of(90 * kDay), kStart + 90 * kDay),
              StrEq("ca/server.crt, the server's certificate, expired at 2026-04-01 00:00:00 UTC; "
                    "do this"));
}

TEST(RenewOwnFromTest, IsSpreadOverTheTimeBeforeTheWarning) {
  const absl::Time end = kStart + 90 * kDay;
  EXPECT_EQ(RenewOwnFrom(std::string(20, '\0'), kStart, end), kStart + 54 * kDay);
  const absl::Time last = RenewOwnFrom(std::string(20, '\xff'), kStart, end);
  EXPECT_LT(last, x509::WarnFrom(kStart, end));
  EXPECT_GT(last, x509::WarnFrom(kStart, end) - absl::Minutes(1));
  EXPECT_EQ(RenewOwnFrom("", kStart, end), kStart + 54 * kDay);
}

}  // namespace
}  // namespace fleetca::service
