#include "service/server/ca_validity.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;
using ::testing::AllOf;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01

class CaValidityTest : public ::testing::Test {
 protected:
  // The chain's ends, in hours from kNow; the root's certificate of the same key ends once more.
  absl::Status Check(int issuing, int above, int root, int other_root) const {
    const auto make = [](const char* name, int hours, const OpenSslCertificate* issuer,
                         const OpenSslCertificate* subject = nullptr) {
      return MakeByOpenSsl({.common_name = name,
                            .issuer = issuer,
                            .subject = subject,
                            .not_before = kNow - absl::Hours(1000),
                            .not_after = kNow + absl::Hours(hours)});
    };
    const OpenSslCertificate first_root = make("root", root, nullptr);
    OpenSslRequest again{.common_name = "root",
                         .issuer = &first_root,
                         .subject = &first_root,
                         .not_before = kNow - absl::Hours(1000),
                         .not_after = kNow + absl::Hours(other_root)};
    const OpenSslCertificate second_root = MakeByOpenSsl(again);
    const OpenSslCertificate upper = make("upper", above, &first_root);
    const OpenSslCertificate lower = make("lower", issuing, &upper);
    IssuerConfig config;
    config.certificate_file = "ca/issuing-ca.crt";
    config.trust_bundle_file = "ca/trust-bundle.pem";
    const std::vector<std::string> chain = {lower.der, upper.der};
    const std::vector<std::string> roots = {first_root.der, second_root.der};
    const absl::StatusOr<CaEnd> end = FindCaEnd(config, chain, roots);
    return end.ok() ? end->CheckAt(kNow) : end.status();
  }
};

TEST_F(CaValidityTest, NothingHasExpired) { FLEETCA_EXPECT_OK(Check(1, 1, 1, 1)); }

TEST_F(CaValidityTest, EachIsNamedWithWhatToDo) {
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, Reason::kIssuerExpiring);
  EXPECT_THAT(Check(0, 1, 1, 1), refused);
  EXPECT_THAT(std::string(Check(0, 1, 1, 1).message()),
              AllOf(HasSubstr("ca/issuing-ca.crt: the issuing CA's certificate expired at "
                              "2026-01-01 00:00:00 UTC"),
                    HasSubstr(kRenewIssuing)));
  EXPECT_THAT(std::string(Check(1, -1, 1, 1).message()),
              HasSubstr("ca/issuing-ca.crt: a CA's certificate above"));
  EXPECT_THAT(Check(1, 1, -2, -1), refused);
  EXPECT_THAT(std::string(Check(1, 1, -2, -1).message()),
              AllOf(HasSubstr("ca/trust-bundle.pem: the root's certificate expired at "
                              "2025-12-31 23:00:00 UTC"),
                    HasSubstr(kRenewRoot)));
}

TEST_F(CaValidityTest, TheFirstEndIsSaid) {
  EXPECT_THAT(std::string(Check(-1, -3, -2, -2).message()),
              AllOf(HasSubstr("above the issuing CA's"), HasSubstr("2025-12-31 21:00:00 UTC")));
}

TEST_F(CaValidityTest, OneRootThatIsValidIsEnough) { FLEETCA_EXPECT_OK(Check(1, 1, -1, 1)); }

}  // namespace
}  // namespace fleetca::service
