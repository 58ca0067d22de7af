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

TEST(CallerTest, AProofIsGoodForOneUseAndForTheGraceToo) {
  const absl::Time end = absl::FromUnixSeconds(1'700'000'000);
  const Caller shown = CertificateCaller{.spiffe_id = std::string(kWeb), .not_after = end};
  EXPECT_FALSE(ShowsProof(shown));
  EXPECT_EQ(OneUseJwtOf(shown), nullptr);
  const Caller caller = CertificateCaller{.spiffe_id = std::string(kWeb),
                                          .not_after = end,
                                          .proof = OneUseJwt{.id_hash = "id", .expires_at = end},
                                          .grace = absl::Hours(1)};
  EXPECT_TRUE(ShowsProof(caller));
  EXPECT_FALSE(ShowsToken(caller));
  ASSERT_NE(OneUseJwtOf(caller), nullptr);
  EXPECT_EQ(OneUseJwtOf(caller)->id_hash, "id");
  EXPECT_EQ(EndOf(caller), end + absl::Hours(1));
  EXPECT_EQ(AttestationOf(caller), x509::Attestation::kMtls);
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
  const auto held =
      std::make_shared<const CallerCertificate>(CallerCertificate{.profile = "service"});
  const Caller caller =
      CertificateCaller{.spiffe_id = std::string(kWeb), .held = held, .address = "192.0.2.7:50000"};
  EXPECT_EQ(CallerCertificateOf(caller), held.get());
  EXPECT_EQ(AddressOf(caller), "192.0.2.7:50000");
  const Caller own = OwnCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(CallerCertificateOf(own), nullptr);
  EXPECT_EQ(AddressOf(own), "");
}

TEST(CallerTest, TheIdentityAliasesTheCaller) {
  const Caller caller = CertificateCaller{.spiffe_id = std::string(kWeb)};
  EXPECT_EQ(IdentityOf(caller).data(), std::get<CertificateCaller>(caller).spiffe_id.data());
}

}  // namespace
}  // namespace fleetca::service
