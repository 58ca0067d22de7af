#include "signer/local_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "signer/testing/prepared_maker.h"
#include "signer/testing/signer_contract.h"

namespace fleetca::signer {
namespace {

using testing::HasSubstr;

// One key of each type for all tests, because RSA keys take seconds. Owned by the caller as well.
EvpPkeyPtr Key(KeyType type) {
  static auto* const keys = new std::map<KeyType, EvpPkeyPtr>();
  EvpPkeyPtr& key = (*keys)[type];
  if (key == nullptr) {
    key = GeneratePrivateKey(type).value();
  }
  EVP_PKEY_up_ref(key.get());
  return EvpPkeyPtr(key.get());
}

SignerContractParam Param(KeyType type, SignatureScheme scheme) {
  return {std::string(KeyTypeName(type)), scheme,
          [type] { return CreateLocalSigner(Key(type)).value(); }};
}

INSTANTIATE_TEST_SUITE_P(LocalSigner, SignerContractTest,
                         testing::Values(Param(KeyType::kP256, SignatureScheme::kEcdsaSha256),
                                         Param(KeyType::kP384, SignatureScheme::kEcdsaSha384),
                                         Param(KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256),
                                         Param(KeyType::kEd25519, SignatureScheme::kEd25519)),
                         SignerContractName);

class LargerRsaTest : public testing::TestWithParam<KeyType> {};

TEST_P(LargerRsaTest, Signs) {
  const absl::StatusOr<std::unique_ptr<Signer>> signer = CreateLocalSigner(Key(GetParam()));
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ((*signer)->scheme(), SignatureScheme::kRsaPkcs1Sha256);
  std::vector<Prepared> tokens = MakeTokens(2);
  const std::vector<absl::StatusOr<SignedMessage>> results = SignAll(**signer, tokens);
  for (const absl::StatusOr<SignedMessage>& result : results) {
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->signature.size(), GetParam() == KeyType::kRsa3072 ? 384u : 512u);
    EXPECT_TRUE(Verifies(**signer, result->message, result->signature));
  }
}

INSTANTIATE_TEST_SUITE_P(LocalSigner, LargerRsaTest,
                         testing::Values(KeyType::kRsa3072, KeyType::kRsa4096),
                         [](const auto& info) { return std::string(KeyTypeName(info.param)); });

TEST(LocalSignerTest, PublicKeyIsTheKeys) {
  for (const KeyType type : {KeyType::kP256, KeyType::kEd25519}) {
    const EvpPkeyPtr key = Key(type);
    const std::unique_ptr<Signer> signer = CreateLocalSigner(Key(type)).value();
    EXPECT_EQ(signer->public_key(), EncodePublicKey(key.get()).value());
  }
}

TEST(LocalSignerTest, SignaturesHaveNoSlack) {
  const std::unique_ptr<Signer> signer = CreateLocalSigner(Key(KeyType::kP256)).value();
  std::vector<Prepared> tokens = MakeTokens(100);
  for (const absl::StatusOr<SignedMessage>& result : SignAll(*signer, tokens)) {
    ASSERT_TRUE(result.ok());
    // ECDSA-Sig-Value: SEQUENCE of two INTEGERs; the second octet counts what follows.
    EXPECT_EQ(result->signature.size(), 2u + static_cast<unsigned char>(result->signature[1]));
    EXPECT_LE(result->signature.capacity(), result->signature.size());
  }
}

TEST(LocalSignerTest, EcdsaNoncesAreNeverRepeated) {
  const std::unique_ptr<Signer> signer = CreateLocalSigner(Key(KeyType::kP256)).value();
  std::vector<Prepared> tokens;
  for (int i = 0; i < 200; ++i) {
    tokens.push_back(x509::PreparedMaker::Make("the same message"));
  }
  std::set<std::string> signatures;
  for (const absl::StatusOr<SignedMessage>& result : SignAll(*signer, tokens)) {
    signatures.insert(result.value().signature);
  }
  EXPECT_EQ(signatures.size(), tokens.size());
}

TEST(LocalSignerTest, UnequalSpansSignNothing) {
  const std::unique_ptr<Signer> signer = CreateLocalSigner(Key(KeyType::kP256)).value();
  std::vector<Prepared> tokens = MakeTokens(2);
  std::vector<absl::StatusOr<SignedMessage>> results(3);
  signer->SignBatch(absl::MakeSpan(tokens), absl::MakeSpan(results));
  for (const absl::StatusOr<SignedMessage>& result : results) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal);
    EXPECT_EQ(GetReason(result.status()), Reason::kInternal);
  }
  EXPECT_FALSE(tokens[0].spent());
}

void ExpectRefused(EvpPkeyPtr key, Reason reason, const std::string& what) {
  const absl::StatusOr<std::unique_ptr<Signer>> signer = CreateLocalSigner(std::move(key));
  EXPECT_EQ(signer.status().code(), absl::StatusCode::kFailedPrecondition) << what;
  EXPECT_EQ(GetReason(signer.status()), reason) << signer.status();
  EXPECT_THAT(std::string(signer.status().message()), HasSubstr(what));
  EXPECT_EQ(ERR_peek_error(), 0u) << what;
}

// Has a modulus of `bits` bits and no more: enough for a key that is refused for its size.
EvpPkeyPtr RsaOfSize(int bits) {
  const BignumPtr modulus(BN_new());
  EXPECT_EQ(BN_rand(modulus.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
  RsaPtr rsa(RSA_new());
  BignumPtr exponent(BN_new());
  EXPECT_EQ(BN_set_word(exponent.get(), RSA_F4), 1);
  EXPECT_EQ(RSA_set0_key(rsa.get(), BN_dup(modulus.get()), exponent.release(), nullptr), 1);
  EvpPkeyPtr key(EVP_PKEY_new());
  EXPECT_EQ(EVP_PKEY_set1_RSA(key.get(), rsa.get()), 1);
  return key;
}

TEST(LocalSignerTest, OtherKeysAreRefused) {
  ExpectRefused(nullptr, Reason::kKeyUnsupported, "no key");
  ExpectRefused(EvpPkeyPtr(EVP_EC_gen("P-521")), Reason::kKeyUnsupported, "secp521r1");
  ExpectRefused(EvpPkeyPtr(EVP_EC_gen("P-224")), Reason::kKeyUnsupported, "secp224r1");
  ExpectRefused(EvpPkeyPtr(EVP_EC_gen("secp256k1")), Reason::kKeyUnsupported, "secp256k1");
  ExpectRefused(EvpPkeyPtr(EVP_EC_gen("brainpoolP256r1")), Reason::kKeyUnsupported, "brainpool");
  ExpectRefused(EvpPkeyPtr(EVP_RSA_gen(1024)), Reason::kKeyUnsupported, "1024 bits");
  ExpectRefused(RsaOfSize(2047), Reason::kKeyUnsupported, "2047 bits");
  ExpectRefused(RsaOfSize(4097), Reason::kKeyUnsupported, "4097 bits");
  ExpectRefused(EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")), Reason::kKeyUnsupported,
                "X25519");
  ExpectRefused(EvpPkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")), Reason::kKeyUnsupported,
                "ED448");
}

TEST(LocalSignerTest, EcKeyInAnOddFormIsRefused) {
  EvpPkeyPtr compressed = GeneratePrivateKey(KeyType::kP256).value();
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(
                compressed.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
            1);
  ExpectRefused(std::move(compressed), Reason::kKeyUnsupported, "compressed");
  EvpPkeyPtr parameters = GeneratePrivateKey(KeyType::kP384).value();
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(parameters.get(), OSSL_PKEY_PARAM_EC_ENCODING,
                                           OSSL_PKEY_EC_ENCODING_EXPLICIT),
            1);
  ExpectRefused(std::move(parameters), Reason::kKeyUnsupported, "parameters");
}

TEST(LocalSignerTest, APublicKeyCannotSign) {
  for (const KeyType type : {KeyType::kP256, KeyType::kRsa2048, KeyType::kEd25519}) {
    const std::string der = EncodePublicKey(Key(type).get()).value();
    const unsigned char* cursor = AsUnsigned(der);
    EvpPkeyPtr key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
    ExpectRefused(std::move(key), Reason::kKeyInvalid, "no signature");
  }
}

// The scalar of one key with the point of another, as a damaged file or a mix-up would have it.
TEST(LocalSignerTest, AKeyThatIsNotItsPublicKeysIsRefused) {
  const EvpPkeyPtr one = GeneratePrivateKey(KeyType::kP256).value();
  const EvpPkeyPtr other = GeneratePrivateKey(KeyType::kP256).value();
  EcKeyPtr mixed(EC_KEY_dup(EVP_PKEY_get0_EC_KEY(one.get())));
  ASSERT_EQ(
      EC_KEY_set_public_key(mixed.get(), EC_KEY_get0_public_key(EVP_PKEY_get0_EC_KEY(other.get()))),
      1);
  EvpPkeyPtr key(EVP_PKEY_new());
  ASSERT_EQ(EVP_PKEY_set1_EC_KEY(key.get(), mixed.get()), 1);
  ExpectRefused(std::move(key), Reason::kKeyInvalid, "does not belong");
}

}  // namespace
}  // namespace fleetca::signer
