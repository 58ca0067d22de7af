#include "x509/spiffe_id.h"

#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

TEST(ServerIdentityTest, IsTheCasInItsTrustDomain) {
  const std::string id = ServerIdentity("fleet.example");
  EXPECT_EQ(id, "spiffe://fleet.example/svc/fleetca");
  EXPECT_EQ(SpiffeIdProblem(id), nullptr);
  EXPECT_EQ(SpiffeTrustDomain(id), "fleet.example");
  EXPECT_EQ(SpiffePath(id), "/svc/fleetca");
}

}  // namespace
}  // namespace fleetca::x509
