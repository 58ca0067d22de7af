#include "x509/authz/authz_oids.h"

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

TEST(AuthzOidsTest, StandUnderTheArc) {
  const auto oids = AuthzOids::FromArc("1.3.6.1.4.1.99999.7");
  FLEETCA_ASSERT_OK(oids);
  EXPECT_EQ(der::OidToString(oids->arc), "1.3.6.1.4.1.99999.7");
  EXPECT_EQ(der::OidToString(oids->authz), "1.3.6.1.4.1.99999.7.1.1");
  EXPECT_EQ(der::OidToString(oids->provenance), "1.3.6.1.4.1.99999.7.1.2");
}

TEST(AuthzOidsTest, TheDefaultIsThatOfItsText) {
  const AuthzOids by_default;
  const auto written = AuthzOids::FromArc(kDefaultFleetArcText);
  FLEETCA_ASSERT_OK(written);
  EXPECT_EQ(by_default.arc, written->arc);
  EXPECT_EQ(by_default.authz, written->authz);
  EXPECT_EQ(by_default.provenance, written->provenance);
}

TEST(AuthzOidsTest, TakesTheLargestNumber) {
  FLEETCA_EXPECT_OK(AuthzOids::FromArc("1.3.6.1.4.1.2147483647"));
  FLEETCA_EXPECT_OK(AuthzOids::FromArc("2.16.840.1"));
}

TEST(AuthzOidsTest, RefusesArcs) {
  for (const absl::string_view arc :
       {"",
        "x",
        "1",
        "1.3.6",
        "1.3..6.1",
        "1.3.6.1.4.1.2147483648",
        "1.3.6.1.4.1.-1",
        "1.40.6.1.4",
        "3.1.2.3.4",
        "01.3.6.1.4",
        "1.3.6.1.4.1.",
        " 1.3.6.1.4.1.5",
        "2.25.329800735698586629295641978511506172918",
        "2.25.1.2.3",
        "2.5.29.1",
        "2.5.29.17.3",
        "1.3.6.1.5.5.7",
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5",
        "1.3.6.1.4.1.2147483647.2147483647.2147483647.2147483647.2147483647.2147483647."
        "2147483647.2147483647.2147483647.2147483647.2147483647.2147483647"}) {
    EXPECT_THAT(AuthzOids::FromArc(arc), IsInvalid(Reason::kConfigInvalid, "arc")) << arc;
  }
}

}  // namespace
}  // namespace fleetca::x509
