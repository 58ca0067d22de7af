// The golden vectors' certificates: the verifier answers what the file says.
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/grants.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using nlohmann::json;

std::vector<std::string> Ders(const json& pems) {
  std::vector<std::string> ders;
  for (const json& pem : pems) {
    ders.push_back(*x509::DecodeOnePem(x509::kPemCertificate, pem.get<std::string>()));
  }
  return ders;
}

absl::StatusOr<Grants> Answer(const json& vector) {
  absl::Time now;
  std::string error;
  EXPECT_TRUE(
      absl::ParseTime(absl::RFC3339_full, vector.at("time").get<std::string>(), &now, &error))
      << error;
  const testing::FakeClock clock(now);
  AuthzVerifierOptions options;
  options.roots = Ders(vector.at("roots"));
  options.trust_domain = vector.at("trust_domain");
  options.audience = vector.at("audience");
  options.minimum_policy_revision = vector.at("minimum_policy_revision");
  options.clock = &clock;
  const auto verifier = AuthzVerifier::Create(options);
  EXPECT_THAT(verifier, testing::IsOk());
  const std::vector<std::string> chain = Ders(vector.at("chain"));
  const std::vector<absl::string_view> views(chain.begin(), chain.end());
  return (*verifier)->Verify(views);
}

json ToJson(const Grants& grants) {
  json attributes = json::object();
  for (const x509::AuthzAttribute& attribute : grants.attributes) {
    attributes[attribute.name] = attribute.value;
  }
  return {{"identity", grants.identity},
          {"state", std::string(GrantStateName(grants.state))},
          {"not_after",
           absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", grants.not_after, absl::UTCTimeZone())},
          {"policy_revision", grants.policy_revision},
          {"roles", grants.roles},
          {"audience", grants.audience.has_value() ? json(*grants.audience) : json()},
          {"attributes", attributes}};
}

TEST(AuthzVectors, TheVerifierAnswersWhatTheFileSays) {
  std::ifstream file("x509/testdata/fleet_authz_vectors.json");
  int errors = 0;
  int granted = 0;
  const json vectors = json::parse(file);
  for (const json& vector : vectors.at("certificates")) {
    SCOPED_TRACE(vector.at("name").get<std::string>());
    const auto answer = Answer(vector);
    const json& wanted = vector.at("verifier");
    if (wanted.contains("error")) {
      EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated) << answer.status();
      EXPECT_TRUE(GetReason(answer.status()).has_value());
      ++errors;
      continue;
    }
    FLEETCA_ASSERT_OK(answer);
    EXPECT_EQ(ToJson(*answer), wanted);
    granted += answer->state == GrantState::kGranted ? 1 : 0;
  }
  EXPECT_GT(errors, 25);
  EXPECT_GT(granted, 7);
}

}  // namespace
}  // namespace fleetca::client
