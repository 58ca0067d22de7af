// What parameters of RSASSA-PSS are taken and refused is in signature_algorithm_test.cc, within the
// AlgorithmIdentifier that they come in.
#include "x509/pss_parameters.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

constexpr absl::string_view kField = "csr.signature_algorithm";

// SHA-256, MGF1 with SHA-256, both with NULL.
constexpr char kSha256AndMask[] =
    "a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500";

// The SEQUENCE of the parameters, the salt's element in hex after hash and mask.
std::string WithSalt(absl::string_view salt) {
  const std::string contents = absl::HexStringToBytes(absl::StrCat(kSha256AndMask, salt));
  return absl::StrCat("\x30", std::string(1, static_cast<char>(contents.size())), contents);
}

TEST(PssParametersTest, WhatIsBuiltReadsBackWithASaltAsLongAsTheHash) {
  EXPECT_EQ(BuildPssParameters(SignatureScheme::kRsaPssSha256), WithSalt("a203020120"));
  struct Row {
    SignatureScheme scheme;
    int salt_octets;
  };
  for (const Row& row :
       {Row{SignatureScheme::kRsaPssSha256, 32}, Row{SignatureScheme::kRsaPssSha384, 48},
        Row{SignatureScheme::kRsaPssSha512, 64}}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const SignatureAlgorithm read,
                                 ParsePssParameters(BuildPssParameters(row.scheme), kField));
    EXPECT_EQ(read.scheme, row.scheme);
    EXPECT_EQ(read.pss_salt_octets, row.salt_octets);
  }
}

TEST(PssParametersTest, OtherSchemesHaveNone) {
  for (const SignatureScheme scheme :
       {SignatureScheme::kEcdsaSha256, SignatureScheme::kRsaPkcs1Sha256,
        SignatureScheme::kEd25519}) {
    EXPECT_EQ(BuildPssParameters(scheme), "");
  }
}

TEST(PssParametersTest, TheSaltIsReadAndTwentyOctetsWithoutOne) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SignatureAlgorithm longest,
                               ParsePssParameters(WithSalt("a20402020400"), kField));
  EXPECT_EQ(longest.pss_salt_octets, 1024);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SignatureAlgorithm absent,
                               ParsePssParameters(WithSalt(""), kField));
  EXPECT_EQ(absent.pss_salt_octets, 20);
}

TEST(PssParametersTest, ARefusalNamesTheFieldAndTheParameter) {
  const absl::Status salt = ParsePssParameters(WithSalt("a20402020401"), kField).status();
  EXPECT_THAT(salt, IsInvalid(Reason::kSignatureAlgorithm, kField));
  EXPECT_NE(salt.message().find("saltLength"), absl::string_view::npos) << salt;
  // Empty, cut off, with something after it.
  const std::string good = WithSalt("a203020120");
  for (const std::string& element : {std::string(), good.substr(0, good.size() - 1), good + '\0'}) {
    const absl::Status status = ParsePssParameters(element, kField).status();
    EXPECT_THAT(status, IsInvalid(Reason::kSignatureAlgorithm, kField));
    EXPECT_NE(status.message().find("RFC 4055"), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace fleetca::x509
