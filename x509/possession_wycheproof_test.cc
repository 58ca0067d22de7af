// Wycheproof (C2SP): signatures with known verdicts, many of them forged, padded or encoded oddly.
// FLEETCA_TESTDATA names the folder that holds wycheproof/.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/public_key.h"
#include "x509/signature_verifier.h"

namespace fleetca::x509 {
namespace {

struct VectorFile {
  const char* name;
  SignatureScheme scheme;
  int tests;
  // Vectors under keys that no policy of ours takes (RSA exponents other than 65537).
  int refused_keys;
};

std::ostream& operator<<(std::ostream& out, const VectorFile& file) { return out << file.name; }

std::string FromHex(const nlohmann::json& hex) {
  return absl::HexStringToBytes(hex.get<std::string>());
}

class WycheproofTest : public testing::TestWithParam<VectorFile> {};

TEST_P(WycheproofTest, ValidAcceptedAndAllElseRefused) {
  const char* const folder = std::getenv("FLEETCA_TESTDATA");
  if (folder == nullptr) {
    GTEST_SKIP() << "set FLEETCA_TESTDATA to the folder that holds wycheproof/";
  }
  const std::string path = absl::StrCat(folder, "/wycheproof/", GetParam().name);
  std::ifstream file(path);
  if (!file) {
    GTEST_SKIP() << path << " is not there";
  }
  const nlohmann::json vectors = nlohmann::json::parse(file);
  int tests = 0, refused_keys = 0, valid = 0;
  for (const nlohmann::json& group : vectors.at("testGroups")) {
    const std::string spki = FromHex(group.at("publicKeyDer"));
    const absl::StatusOr<PublicKey> key = ParsePublicKey(spki, "key");
    for (const nlohmann::json& test : group.at("tests")) {
      ++tests;
      if (!key.ok()) {
        ++refused_keys;
        continue;
      }
      const absl::Status status = VerifySignature(*key, GetParam().scheme, FromHex(test.at("msg")),
                                                  FromHex(test.at("sig")), "signature");
      // "acceptable" (a DigestInfo without NULL) is not accepted here.
      const bool expected = test.at("result") == "valid";
      valid += expected;
      EXPECT_EQ(status.ok(), expected) << test.dump() << "\n" << status;
      EXPECT_TRUE(expected || GetReason(status) == Reason::kSignatureInvalid) << status;
    }
  }
  std::printf("%s: %d vectors, %d of them valid\n", GetParam().name, tests, valid);
  EXPECT_GE(tests, GetParam().tests);
  EXPECT_EQ(refused_keys, GetParam().refused_keys);
  EXPECT_GT(valid, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Files, WycheproofTest,
    testing::Values(
        VectorFile{"ecdsa_secp256r1_sha256_test.json", SignatureScheme::kEcdsaSha256, 484, 0},
        VectorFile{"ecdsa_secp384r1_sha384_test.json", SignatureScheme::kEcdsaSha384, 504, 0},
        VectorFile{"ed25519_test.json", SignatureScheme::kEd25519, 151, 0},
        VectorFile{"rsa_pss_2048_sha256_mgf1_32_test.json", SignatureScheme::kRsaPssSha256, 108, 0},
        VectorFile{"rsa_signature_2048_sha256_test.json", SignatureScheme::kRsaPkcs1Sha256, 259,
                   2}));

}  // namespace
}  // namespace fleetca::x509
