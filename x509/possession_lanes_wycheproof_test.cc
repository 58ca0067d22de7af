// Wycheproof's P-256 vectors (C2SP) in every lane, beside good neighbours, with 1 to 16 filled.
// FLEETCA_TESTDATA names the folder that holds wycheproof/.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/cpu_features.h"
#include "base/crypto_types.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "p256/known_answers.h"
#include "p256/lanes.h"
#include "x509/csr.h"
#include "x509/public_key.h"
#include "x509/public_signature.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMostFilled = 16;

struct Vector {
  std::string text;
  p256::PublicSignature signature;
  bool valid;
};

std::string FromHex(const nlohmann::json& hex) {
  return absl::HexStringToBytes(hex.get<std::string>());
}

// Those whose signature is DER; all others never come to a lane.
std::vector<Vector> ReadVectors(const nlohmann::json& file, int* refused_though_valid) {
  std::vector<Vector> vectors;
  for (const nlohmann::json& group : file.at("testGroups")) {
    const std::string spki = FromHex(group.at("publicKeyDer"));
    const absl::StatusOr<PublicKey> key = ParsePublicKey(spki, "key");
    for (const nlohmann::json& test : group.at("tests")) {
      const std::string message = FromHex(test.at("msg"));
      const std::string signature = FromHex(test.at("sig"));
      Csr csr;
      csr.public_key = *key;
      csr.signature_algorithm.scheme = SignatureScheme::kEcdsaSha256;
      csr.certification_request_info = message;
      csr.signature = signature;
      const std::optional<p256::PublicSignature> numbers = PublicSignatureOf(csr);
      const bool valid = test.at("result") == "valid";
      if (numbers.has_value()) {
        vectors.push_back({test.dump(), *numbers, valid});
      } else {
        *refused_though_valid += valid;
      }
    }
  }
  return vectors;
}

TEST(LanesWycheproofTest, EveryVectorInEveryLane) {
  const char* const folder = std::getenv("FLEETCA_TESTDATA");
  if (folder == nullptr) {
    GTEST_SKIP() << "set FLEETCA_TESTDATA to the folder that holds wycheproof/";
  }
  std::ifstream file(absl::StrCat(folder, "/wycheproof/ecdsa_secp256r1_sha256_test.json"));
  if (!file) {
    GTEST_SKIP() << "the vectors for P-256 are not in " << folder;
  }
  if (!HasAvx512Ifma()) {
    GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  }
  const std::unique_ptr<const p256::Lanes> lanes = p256::Lanes::Create();
  ASSERT_NE(lanes, nullptr);
  int refused_though_valid = 0;
  const std::vector<Vector> vectors =
      ReadVectors(nlohmann::json::parse(file), &refused_though_valid);
  EXPECT_EQ(refused_though_valid, 0);
  ASSERT_GT(vectors.size(), 200u);

  const p256::PublicSignature& good = p256::KnownAnswers()[0].signature;
  int valid = 0, left = 0;
  for (const Vector& vector : vectors) {
    bool lanes_say = false;
    for (size_t filled = 1; filled <= kMostFilled; ++filled) {
      for (size_t lane = 0; lane < filled; ++lane) {
        std::array<p256::PublicSignature, kMostFilled> signatures;
        std::array<bool, kMostFilled> verdicts;
        signatures.fill(good);
        signatures[lane] = vector.signature;
        lanes->Verify(absl::MakeConstSpan(signatures).first(filled),
                      absl::MakeSpan(verdicts).first(filled));
        // The same answer in every lane, and never a wrong yes.
        ASSERT_TRUE((filled == 1) || verdicts[lane] == lanes_say) << vector.text;
        lanes_say = verdicts[lane];
        ASSERT_TRUE(vector.valid || !lanes_say) << vector.text;
        for (size_t other = 0; other < filled; ++other) {
          ASSERT_TRUE(other == lane || verdicts[other]) << vector.text;
        }
      }
    }
    valid += vector.valid;
    left += vector.valid && !lanes_say;
  }
  std::printf("%zu vectors in lanes, %d of them valid, of which %d are left to OpenSSL\n",
              vectors.size(), valid, left);
  EXPECT_GT(valid, 100);
  EXPECT_LT(left, 20);
}

}  // namespace
}  // namespace fleetca::x509
