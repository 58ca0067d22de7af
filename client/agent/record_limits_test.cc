#include "client/agent/record_limits.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

TEST(RecordLimitsTest, RootsAreCountedAndWeighed) {
  FLEETCA_EXPECT_OK(CheckRootsKept(std::vector<std::string>(kMaxKeptRoots, "root")));
  const absl::Status many =
      CheckRootsKept(std::vector<std::string>(kMaxKeptRoots + 1, std::string("root")));
  EXPECT_EQ(GetReason(many), Reason::kFileInvalid);
  EXPECT_THAT(std::string(many.message()), HasSubstr("has 257 roots in 1028 octets"));
  FLEETCA_EXPECT_OK(CheckRootsKept({std::string(kMaxKeptRootBytes, 'r')}));
  EXPECT_FALSE(CheckRootsKept({std::string(kMaxKeptRootBytes, 'r'), "r"}).ok());
}

TEST(RecordLimitsTest, AChainIsCountedAndWeighedWithItsCertificate) {
  KeptChain chain = {.certificate_der = std::string(kMaxKeptChainBytes - kMaxKeptChain, 'c'),
                     .chain_der = std::vector<std::string>(kMaxKeptChain, "i")};
  FLEETCA_EXPECT_OK(CheckChainKept(chain));
  chain.certificate_der += 'c';
  EXPECT_FALSE(CheckChainKept(chain).ok());
  chain = {.certificate_der = "c", .chain_der = std::vector<std::string>(kMaxKeptChain + 1, "i")};
  EXPECT_THAT(std::string(CheckChainKept(chain).message()),
              HasSubstr("has 17 issuers in its chain"));
}

}  // namespace
}  // namespace fleetca::client
