// SubjectPublicKeyInfo. OpenSSL takes what we take (for EC once the point is on the curve), sees
// the same size, and encodes it to the same bytes.
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"
#include "x509/public_key.h"

namespace fleetca {
namespace {

bool IsEc(const x509::PublicKey& key) {
  return key.algorithm == x509::PublicKeyAlgorithm::kP256 ||
         key.algorithm == x509::PublicKeyAlgorithm::kP384;
}

void CompareWithOpenSsl(const x509::PublicKey& key, bool sound) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* position = AsUnsigned(key.spki);
  const EvpPkeyPtr pkey(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki.size())));
  if (IsEc(key) && !sound) {
    FLEETCA_FUZZ_REQUIRE(pkey == nullptr);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(pkey != nullptr);
  FLEETCA_FUZZ_REQUIRE(position == AsUnsigned(key.spki) + key.spki.size());
  const int bits = EVP_PKEY_get_bits(pkey.get());
  FLEETCA_FUZZ_REQUIRE(bits == key.bits || key.algorithm == x509::PublicKeyAlgorithm::kEd25519);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(pkey.get(), &der);
  FLEETCA_FUZZ_REQUIRE(size > 0);
  const std::string again(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  FLEETCA_FUZZ_REQUIRE(again == key.spki);
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  std::vector<std::string> seeds;
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    seeds.push_back(testing::TestKey::OfType(type).public_key());
  }
  return seeds;
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto key = x509::ParsePublicKey(input, "key");
  if (!key.ok()) {
    FLEETCA_FUZZ_REQUIRE(key.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetField(key.status()) == "key");
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(key->spki == input);
  const absl::Status sound = x509::CheckPublicKey(*key, "key");
  FLEETCA_FUZZ_REQUIRE(sound.ok() || sound.code() == absl::StatusCode::kInvalidArgument);
  FLEETCA_FUZZ_REQUIRE(ERR_peek_error() == 0);
  CompareWithOpenSsl(*key, sound.ok());
  return 0;
}
