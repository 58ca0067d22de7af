#include "service/rpc/relayed_caller.h"

#include <gtest/gtest.h>

#include <string>

#include "base/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using internal::v1::Credential;

const auto kRefused = [] {
  return IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);
};

TEST(MatchesIdentityPathTest, ACaptureStandsForPartOfOneSegment) {
  EXPECT_TRUE(MatchesIdentityPath("/svc/{namespace}/{name}", "/svc/prod/web"));
  EXPECT_TRUE(MatchesIdentityPath("/job/ci-{name}-x", "/job/ci-build.1-x"));
  EXPECT_TRUE(MatchesIdentityPath("/host/db", "/host/db"));
  for (const char* path : {"/svc/prod", "/svc/prod/web/1", "/svc//web", "/svc/prod/..",
                           "/svc/prod/.", "/user/prod/web", "svc/prod/web", "/svc/prod/we b",
                           "/svc/prod/w%62", "", "/", "/svc/prod/web/"}) {
    EXPECT_FALSE(MatchesIdentityPath("/svc/{namespace}/{name}", path)) << path;
  }
  EXPECT_FALSE(MatchesIdentityPath("/job/ci-{name}-x", "/job/ci--x"));
  EXPECT_FALSE(MatchesIdentityPath("/job/ci-{name}-x", "/job/ci-x"));
}

TEST(MatchesIdentityPathTest, ANameThatStandsTwiceIsOneText) {
  EXPECT_TRUE(MatchesIdentityPath("/svc/{name}/{name}", "/svc/web/web"));
  EXPECT_TRUE(MatchesIdentityPath("/svc/{name}/of-{name}", "/svc/web/of-web"));
  EXPECT_FALSE(MatchesIdentityPath("/svc/{name}/{name}", "/svc/web/admin"));
  EXPECT_FALSE(MatchesIdentityPath("/svc/{name}/of-{name}", "/svc/web/web"));
}

class RelayedCallersTest : public ::testing::Test {
 protected:
  RelayedCallersTest() {
    TokenIssuerConfig cluster;
    cluster.rules = {{"https://k8s.test", {}, "/svc/{namespace}/{name}"},
                     {"https://k8s.test", {}, "/svc/{name}"}};
    TokenIssuerConfig ci;
    ci.one_use = true;
    ci.rules = {{"https://ci.test", {}, "/job/{name}"}};
    TokenIssuerConfig bound;
    bound.certificates_end_with_token = true;
    bound.rules = {{"https://bound.test", {}, "/run/{name}"}};
    callers_ = std::make_unique<RelayedCallers>(
        "fleet.test", std::vector<TokenIssuerConfig>{cluster, ci, bound}, clock_);
  }

  absl::StatusOr<Caller> OfJwt(const std::string& identity) {
    Credential credential;
    credential.mutable_jwt()->set_identity(identity);
    return callers_->CallerOf(credential);
  }

  absl::StatusOr<Caller> OfOneUse(const std::string& identity, const std::string& hash,
                                  absl::Time expires) {
    Credential credential;
    credential.mutable_jwt()->set_identity(identity);
    internal::v1::OneUse& use = *credential.mutable_jwt()->mutable_one_use();
    use.set_id_hash(hash);
    use.mutable_expires_at()->set_seconds(absl::ToUnixSeconds(expires));
    use.mutable_unused_before()->set_seconds(absl::ToUnixSeconds(expires - absl::Minutes(7)));
    return callers_->CallerOf(credential);
  }

  FakeClock clock_;
  std::unique_ptr<RelayedCallers> callers_;
};

TEST_F(RelayedCallersTest, AJoinTokenIsAHash) {
  Credential credential;
  const std::string hash(32, 'h');
  credential.set_join_token_hash(hash);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Caller caller, callers_->CallerOf(credential));
  ASSERT_TRUE(std::holds_alternative<JoinTokenCaller>(caller));
  EXPECT_EQ(std::get<JoinTokenCaller>(caller).hash, hash);
  for (const size_t size : {0, 1, 31, 33}) {
    credential.set_join_token_hash(std::string(size, 'h'));
    EXPECT_THAT(callers_->CallerOf(credential), kRefused()) << size;
  }
  EXPECT_THAT(callers_->CallerOf(Credential()), kRefused());
}

TEST_F(RelayedCallersTest, AJwtSpeaksForWhatARuleGives) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Caller caller, OfJwt("spiffe://fleet.test/svc/prod/web"));
  ASSERT_TRUE(std::holds_alternative<JwtCaller>(caller));
  EXPECT_EQ(std::get<JwtCaller>(caller).spiffe_id, "spiffe://fleet.test/svc/prod/web");
  EXPECT_FALSE(std::get<JwtCaller>(caller).one_use.has_value());
  for (const char* other :
       {"spiffe://fleet.test/user/admin", "spiffe://fleet.test/node/admin",
        "spiffe://other.test/svc/prod/web", "spiffe://fleet.test.evil/svc/prod/web",
        "spiffe://fleet.testsvc/svc/prod/web", "/svc/prod/web", "", "spiffe://fleet.test"}) {
    EXPECT_THAT(OfJwt(other), kRefused()) << other;
  }
}

// Whoever has taken the process over can ask for what ClaimRules would have refused there.
TEST_F(RelayedCallersTest, NoJwtIsTheServer) {
  FLEETCA_EXPECT_OK(OfJwt("spiffe://fleet.test/svc/web"));
  EXPECT_THAT(OfJwt("spiffe://fleet.test/svc/fleetca"), kRefused());
  EXPECT_THAT(OfOneUse("spiffe://fleet.test/svc/fleetca", std::string(32, 'h'),
                       clock_.Now() + absl::Minutes(5)),
              kRefused());
  FLEETCA_EXPECT_OK(OfJwt("spiffe://fleet.test/svc/fleetca/web"));
}

TEST_F(RelayedCallersTest, OneUseIsNotLeftOutNorMadeUp) {
  const std::string hash(32, 'h');
  const absl::Time soon = clock_.Now() + absl::Minutes(5);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Caller caller,
                               OfOneUse("spiffe://fleet.test/job/build", hash, soon));
  ASSERT_TRUE(std::holds_alternative<JwtCaller>(caller));
  const std::optional<OneUseJwt>& one_use = std::get<JwtCaller>(caller).one_use;
  ASSERT_TRUE(one_use.has_value());
  EXPECT_EQ(one_use->id_hash, hash);
  EXPECT_EQ(one_use->expires_at, soon);
  EXPECT_EQ(one_use->unused_before, soon - absl::Minutes(7));
  EXPECT_THAT(OfJwt("spiffe://fleet.test/job/build"), kRefused());
  EXPECT_THAT(OfOneUse("spiffe://fleet.test/svc/prod/web", hash, soon), kRefused());
  EXPECT_THAT(OfOneUse("spiffe://fleet.test/job/build", "short", soon), kRefused());
  // What the store would forget at once, or never.
  for (const absl::Time when :
       {clock_.Now() - absl::Hours(2), clock_.Now() + absl::Hours(100000)}) {
    EXPECT_THAT(OfOneUse("spiffe://fleet.test/job/build", hash, when), kRefused()) << when;
  }
}

TEST_F(RelayedCallersTest, TheEndOfCertificatesIsNotLeftOutNorMadeUp) {
  Credential credential;
  credential.mutable_jwt()->set_identity("spiffe://fleet.test/run/7");
  EXPECT_THAT(callers_->CallerOf(credential), kRefused());
  const absl::Time end = absl::FromUnixSeconds(1767225600);
  credential.mutable_jwt()->mutable_certificates_end()->set_seconds(absl::ToUnixSeconds(end));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Caller caller, callers_->CallerOf(credential));
  EXPECT_EQ(CertificatesEndOf(caller), end);
  credential.mutable_jwt()->set_identity("spiffe://fleet.test/svc/prod/web");
  EXPECT_THAT(callers_->CallerOf(credential), kRefused());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Caller free, OfJwt("spiffe://fleet.test/svc/prod/web"));
  EXPECT_EQ(CertificatesEndOf(free), absl::InfiniteFuture());
}

}  // namespace
}  // namespace fleetca::service
