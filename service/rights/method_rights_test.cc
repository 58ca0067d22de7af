#include "service/rights/method_rights.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace fleetca::service {
namespace {

using Kind = Access::Kind;

TEST(MethodRightsTest, EveryMethodHasOneRow) {
  std::set<absl::string_view> paths;
  for (const MethodRights& row : AllMethodRights()) {
    EXPECT_TRUE(paths.insert(row.path).second) << row.path << " has two rows";
    EXPECT_EQ(&RightsOf(row.path), &row) << row.path;
  }
}

TEST(MethodRightsTest, NothingIsForAnyoneOnTheIssuingPort) {
  for (const MethodRights& row : AllMethodRights()) {
    EXPECT_NE(row.issuing.kind, Kind::kAnyone) << row.path;
    EXPECT_NE(row.issuing.kind, Kind::kNobody) << row.path;
  }
}

// Nobody has shown a certificate there, so no identity and no right can be looked up.
TEST(MethodRightsTest, ThreeMethodsAreForAnyoneOnTheBootstrapPortAndNoOtherForAnybody) {
  std::set<absl::string_view> open;
  for (const MethodRights& row : AllMethodRights()) {
    if (row.bootstrap.kind != Kind::kNobody) {
      EXPECT_EQ(row.bootstrap.kind, Kind::kAnyone) << row.path;
      open.insert(row.path);
    }
  }
  EXPECT_EQ(open, (std::set<absl::string_view>{
                      "/fleetca.v1.CertificateAuthorityService/GetTrustBundle",
                      "/fleetca.v1.CertificateAuthorityService/IssueCertificate",
                      "/fleetca.v1.CertificateAuthorityService/RenewCertificate"}));
}

TEST(MethodRightsTest, TheRightToApplyAPolicyIsOneOfItsOwn) {
  const Access& access = RightsOf("/fleetca.v1.PolicyService/ApplyPolicy").issuing;
  EXPECT_EQ(access.kind, Kind::kRight);
  EXPECT_EQ(access.right, Right::kApplyPolicy);
}

TEST(MethodRightsTest, WhoeverRevokesForOthersHasTheRightAndTheFleetMayWatch) {
  for (const char* method : {"BlockIdentity", "UnblockIdentity", "UnblockLineage", "ListBlocks"}) {
    const Access& access = RightsOf(absl::StrCat("/fleetca.v1.RevocationService/", method)).issuing;
    EXPECT_EQ(access.kind, Kind::kRight) << method;
    EXPECT_EQ(access.right, Right::kRevokeCertificates) << method;
  }
  for (const char* method : {"OrderEarlyRenewal", "ListEarlyRenewals", "CancelEarlyRenewal"}) {
    const Access& access = RightsOf(absl::StrCat("/fleetca.v1.RenewalService/", method)).issuing;
    EXPECT_EQ(access.kind, Kind::kRight) << method;
    EXPECT_EQ(access.right, Right::kRevokeCertificates) << method;
  }
  for (const char* method : {"RevokeCertificates", "WatchRevocations"}) {
    EXPECT_EQ(RightsOf(absl::StrCat("/fleetca.v1.RevocationService/", method)).issuing.kind,
              Kind::kAnyIdentity)
        << method;
  }
}

TEST(MethodRightsTest, OnlyHealthIsAnsweredWhateverTheClock) {
  for (const MethodRights& row : AllMethodRights()) {
    EXPECT_EQ(row.whatever_the_clock, row.path.substr(0, 13) == "/grpc.health.") << row.path;
  }
}

TEST(MethodRightsTest, WhatIsNotListedIsClosed) {
  for (const char* path :
       {"", "/", "/fleetca.v1.CertificateAuthorityService/",
        "/fleetca.v1.CertificateAuthorityService/Nothing",
        "/fleetca.v1.CertificateAuthorityService/IssueCertificate/",
        "/fleetca.v1.certificateauthorityservice/issuecertificate", "/grpc.health.v1.Health/List",
        "/grpc.reflection.v1alpha.ServerReflection/",
        "/fleetca.internal.v1.BootstrapRelayService/IssueCertificate"}) {
    EXPECT_EQ(RightsOf(path).issuing.kind, Kind::kNobody) << path;
    EXPECT_EQ(RightsOf(path).bootstrap.kind, Kind::kNobody) << path;
    EXPECT_FALSE(RightsOf(path).whatever_the_clock) << path;
  }
}

}  // namespace
}  // namespace fleetca::service
