#include "x509/authz/provenance.h"

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

Provenance Full() {
  return {.profile = "service",
          .attestation = Attestation::kJoinToken,
          .request_id = "0123456789abcdef",
          .generation = 200};
}

TEST(ProvenanceTest, HasTheBytesOfItsAsn1) {
  const auto der = BuildProvenance(Full());
  FLEETCA_ASSERT_OK(der);
  EXPECT_EQ(absl::BytesToHexString(*der),
            "3025"
            "020101"
            "0c0773657276696365"
            "0a0101"
            "801030313233343536373839616263646566"
            "810200c8");
  EXPECT_EQ(absl::BytesToHexString(*BuildProvenance({.profile = "p"})), "30090201010c01700a0100");
  EXPECT_EQ(
      absl::BytesToHexString(*BuildProvenance({.profile = "p", .attestation = Attestation::kOwn})),
      "30090201010c01700a0103");
}

TEST(ProvenanceTest, ReadsWhatItBuilds) {
  Provenance provenance = Full();
  for (const Attestation attestation :
       {Attestation::kMtls, Attestation::kJoinToken, Attestation::kJwt, Attestation::kOwn}) {
    provenance.attestation = attestation;
    EXPECT_EQ(*ParseProvenance(*BuildProvenance(provenance)), provenance);
  }
  for (const uint32_t generation : {0u, 127u, 128u, kMaxGeneration}) {
    provenance.generation = generation;
    EXPECT_EQ(*ParseProvenance(*BuildProvenance(provenance)), provenance);
  }
  provenance.generation.reset();
  EXPECT_EQ(*ParseProvenance(*BuildProvenance(provenance)), provenance);
  provenance.generation = 1;
  provenance.request_id.reset();
  EXPECT_EQ(*ParseProvenance(*BuildProvenance(provenance)), provenance);
  provenance.request_id = std::string(kMaxProvenanceRequestId, '\0');
  EXPECT_EQ(*ParseProvenance(*BuildProvenance(provenance)), provenance);
}

TEST(ProvenanceTest, RefusesToBuildWhatIsOutOfRange) {
  const auto refused = [](absl::string_view field, void (*spoil)(Provenance&)) {
    Provenance provenance = Full();
    spoil(provenance);
    EXPECT_THAT(BuildProvenance(provenance), IsInvalid(Reason::kAuthzInvalid, field));
  };
  refused("provenance.profile", [](Provenance& p) { p.profile = ""; });
  refused("provenance.profile", [](Provenance& p) { p.profile = "Service"; });
  refused("provenance.attestation",
          [](Provenance& p) { p.attestation = static_cast<Attestation>(4); });
  refused("provenance.request_id", [](Provenance& p) { p.request_id = std::string(15, 'x'); });
  refused("provenance.request_id", [](Provenance& p) { p.request_id = std::string(65, 'x'); });
  refused("provenance.generation", [](Provenance& p) { p.generation = kMaxGeneration + 1; });
}

TEST(ProvenanceTest, NamesTheFieldItRefuses) {
  const struct {
    const char* hex;
    absl::string_view field;
  } kCases[] = {
      {"", "provenance"},
      {"30090201010c01700a010000", "provenance"},
      {"30090201020c01700a0100", "provenance.version"},
      {"30090201010c01500a0100", "provenance.profile"},
      {"30090201011301700a0100", "provenance.profile"},
      {"30090201010c01700a0104", "provenance.attestation"},
      {"300a0201010c01700a020000", "provenance.attestation"},
      {"30090201010c0170020100", "provenance.attestation"},
      {"301a0201010c01700a0100800f303132333435363738396162636465", "provenance.request_id"},
      {"300c0201010c01700a01008101ff", "provenance.generation"},
      {"300d0201010c01700a010081020001", "provenance.generation"},
      {"30100201010c01700a010081050080000000", "provenance.generation"},
      {"300b0201010c01700a01008100", "provenance.generation"},
      {"300c0201010c01700a0100820101", "provenance"},
      {"30100201010c01700a0100810100a0020500", "provenance"},
  };
  for (const auto& [hex, field] : kCases) {
    EXPECT_THAT(ParseProvenance(absl::HexStringToBytes(hex)),
                IsInvalid(Reason::kAuthzInvalid, field))
        << hex;
  }
}

}  // namespace
}  // namespace fleetca::x509
