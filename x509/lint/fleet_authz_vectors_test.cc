// The golden vectors: both decoders and the encoder say what the file says.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/der/der.h"
#include "x509/lint/lint_authz.h"

namespace fleetca::x509 {
namespace {

const nlohmann::json& Vectors() {
  static const auto* const kVectors = [] {
    std::ifstream file("x509/testdata/fleet_authz_vectors.json");
    return new nlohmann::json(nlohmann::json::parse(file));
  }();
  return *kVectors;
}

std::string Der(const nlohmann::json& vector) {
  return absl::HexStringToBytes(vector.at("der").get<std::string>());
}

FleetAuthz Value(const nlohmann::json& value) {
  FleetAuthz authz = {.policy_revision = value.at("policy_revision"), .roles = value.at("roles")};
  if (!value.at("audience").is_null()) {
    authz.audience = value.at("audience").get<std::vector<std::string>>();
  }
  for (const auto& [name, text] : value.at("attributes").items()) {
    authz.attributes.push_back({name, text});
  }
  return authz;
}

TEST(FleetAuthzVectors, AreOfTheDefaultArc) {
  EXPECT_EQ(Vectors().at("fleet_authz_oid"), der::OidToString(AuthzOids().authz));
  EXPECT_EQ(Vectors().at("provenance_oid"), der::OidToString(AuthzOids().provenance));
}

TEST(FleetAuthzVectors, BothDecodersAndTheEncoderAgree) {
  int valid = 0;
  int invalid = 0;
  for (const nlohmann::json& vector : Vectors().at("fleet_authz")) {
    SCOPED_TRACE(vector.at("name").get<std::string>());
    const std::string der = Der(vector);
    const auto parsed = ParseFleetAuthz(der);
    FleetAuthzReading reading;
    if (!vector.at("valid")) {
      ++invalid;
      EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_EQ(GetReason(parsed.status()), Reason::kAuthzInvalid);
      EXPECT_NE(ReadFleetAuthz(der, &reading), nullptr);
      continue;
    }
    ++valid;
    FLEETCA_ASSERT_OK(parsed);
    const FleetAuthz value = Value(vector.at("value"));
    EXPECT_EQ(*parsed, value);
    EXPECT_EQ(FleetAuthzFault(der, value), nullptr) << FleetAuthzFault(der, value);
    const auto built = BuildFleetAuthz(value);
    FLEETCA_ASSERT_OK(built);
    EXPECT_EQ(*built, der);
  }
  EXPECT_GT(valid, 15);
  EXPECT_GT(invalid, 80);
}

TEST(ProvenanceVectors, TheDecoderAndTheEncoderAgree) {
  int count = 0;
  for (const nlohmann::json& vector : Vectors().at("provenance")) {
    SCOPED_TRACE(vector.at("name").get<std::string>());
    ++count;
    const std::string der = Der(vector);
    const auto parsed = ParseProvenance(der);
    ASSERT_EQ(parsed.ok(), vector.at("valid").get<bool>()) << parsed.status();
    if (parsed.ok()) {
      EXPECT_EQ(*BuildProvenance(*parsed), der);
      EXPECT_EQ(ProvenanceFault(der, *parsed), nullptr) << ProvenanceFault(der, *parsed);
    }
  }
  EXPECT_GT(count, 20);
}

}  // namespace
}  // namespace fleetca::x509
