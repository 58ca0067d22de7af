#include "service/caller/caller.h"

#include <gtest/gtest.h>

namespace fleetca::service {
namespace {

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";

TEST(CallerTest, ACertificateSaysWhoUntilWhenAndByWhat) {
  const absl::Time end = absl::FromUnixSeconds(1'700'000'000);
  const Caller caller = CertificateCaller{.spiffe_id = std::string(kWeb), .not_after = end};
  EXPECT_EQ(IdentityOf(caller), kWeb);
  EXPECT_EQ(EndOf(caller), end);
  EXPECT_EQ(AttestationOf(caller), x509::Attestation::kMtls);
  EXPECT_FALSE(ShowsToken(caller));
}

TEST(CallerTest, AJoinTokenSaysNoIdentity) {
  const Caller caller = JoinTokenCaller{.hash = std::string(32, 'h')};
  EXPECT_EQ(IdentityOf(caller), "");
  EXPECT_EQ(EndOf(caller), absl::InfiniteFuture());
  EXPECT_EQ(AttestationOf(caller), x509::Attestation::kJoinToken);
  EXPECT_TRUE(ShowsToken(caller));
}

TEST(CallerTest, AJwtSaysWho) {
  const Caller caller = JwtCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(IdentityOf(caller), kWeb);
  EXPECT_EQ(EndOf(caller), absl::InfiniteFuture());
  EXPECT_EQ(AttestationOf(caller), x509::Attestation::kJwt);
  EXPECT_TRUE(ShowsToken(caller));
}

TEST(CallerTest, TheCaItselfHasAnIdentityAndNoToken) {
  const Caller caller = OwnCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(IdentityOf(caller), kWeb);
  EXPECT_EQ(IdentityOf(caller).data(), std::get<OwnCaller>(caller).spiffe_id.data());
  EXPECT_EQ(EndOf(caller), absl::InfiniteFuture());
  EXPECT_EQ(OneUseJwtOf(caller), nullptr);
  EXPECT_EQ(AttestationOf(caller), x509::Attestation::kOwn);
  EXPECT_FALSE(ShowsToken(caller));
}

TEST(CallerTest, WhoHasShownACertificateHoldsItAndCallsFromSomewhere) {
  const auto held = std::make_shared<const HeldCertificate>(HeldCertificate{.profile = "service"});
  const Caller caller =
      CertificateCaller{.spiffe_id = std::string(kWeb), .held = held, .address = "192.0.2.7:50000"};
  EXPECT_EQ(HeldCertificateOf(caller), held.get());
  EXPECT_EQ(AddressOf(caller), "192.0.2.7:50000");
  const Caller own = OwnCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(HeldCertificateOf(own), nullptr);
  EXPECT_EQ(AddressOf(own), "");
}

TEST(CallerTest, TheIdentityAliasesTheCaller) {
  const Caller caller = CertificateCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(IdentityOf(caller).data(), std::get<CertificateCaller>(caller).spiffe_id.data());
}

}  // namespace
}  // namespace fleetca::service
