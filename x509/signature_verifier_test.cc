#include "x509/signature_verifier.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::TestKey;

constexpr absl::string_view kField = "csr.signature";
constexpr absl::string_view kMessage = "what was signed";

const std::pair<KeyType, SignatureScheme> kCases[] = {
    {KeyType::kP256, SignatureScheme::kEcdsaSha256},
    {KeyType::kP256, SignatureScheme::kEcdsaSha384},
    {KeyType::kP256, SignatureScheme::kEcdsaSha512},
    {KeyType::kP384, SignatureScheme::kEcdsaSha256},
    {KeyType::kP384, SignatureScheme::kEcdsaSha384},
    {KeyType::kP384, SignatureScheme::kEcdsaSha512},
    {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
    {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha384},
    {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha512},
    {KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
    {KeyType::kRsa2048, SignatureScheme::kRsaPssSha384},
    {KeyType::kRsa3072, SignatureScheme::kRsaPssSha512},
    {KeyType::kEd25519, SignatureScheme::kEd25519},
};

PublicKey Parsed(const TestKey& key) { return *ParsePublicKey(key.public_key(), "key"); }

absl::Status Verify(const TestKey& key, SignatureScheme scheme, absl::string_view message,
                    absl::string_view signature) {
  return VerifySignature(Parsed(key), scheme, message, signature, kField);
}

auto IsWrong() { return IsInvalid(Reason::kSignatureInvalid, kField); }

TEST(SignatureVerifierTest, TakesOpenSslsSignatures) {
  for (const auto& [type, scheme] : kCases) {
    const TestKey& key = TestKey::OfType(type);
    for (int i = 0; i < 5; ++i) {
      const std::string message(static_cast<size_t>(i) * 100, 'm');
      EXPECT_THAT(Verify(key, scheme, message, key.Sign(scheme, message)), IsOk())
          << SignatureSchemeName(scheme);
    }
  }
}

// A salt of another length than the parameters say is another signature.
TEST(SignatureVerifierTest, TakesThePssSaltOfItsLengthAlone) {
  const TestKey& key = TestKey::OfType(KeyType::kRsa2048);
  const std::string signature = key.Sign(SignatureScheme::kRsaPssSha256, kMessage);
  for (const int octets : {0, 20, 31, 32, 33, 222, 223, 1024}) {
    const absl::Status verified =
        VerifySignature(Parsed(key), SignatureAlgorithm(SignatureScheme::kRsaPssSha256, octets),
                        kMessage, signature, kField);
    EXPECT_EQ(verified.ok(), octets == 32) << octets << verified;
  }
}

TEST(SignatureVerifierTest, RefusesAnyChange) {
  for (const auto& [type, scheme] : kCases) {
    const TestKey& key = TestKey::OfType(type);
    const std::string signature = key.Sign(scheme, kMessage);
    for (size_t i = 0; i < signature.size(); i += 3) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 0x10);
      EXPECT_THAT(Verify(key, scheme, kMessage, changed), IsWrong())
          << SignatureSchemeName(scheme) << " at " << i;
    }
    EXPECT_THAT(Verify(key, scheme, "what was not signed", signature), IsWrong());
    EXPECT_THAT(Verify(key, scheme, kMessage, signature + std::string(1, '\0')), IsWrong());
    EXPECT_THAT(Verify(key, scheme, kMessage, std::string(1, '\0') + signature), IsWrong());
    EXPECT_THAT(Verify(key, scheme, kMessage, signature.substr(1)), IsWrong());
    EXPECT_THAT(Verify(key, scheme, kMessage, ""), IsWrong());
    EXPECT_THAT(Verify(key, scheme, kMessage, signature), IsOk());
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(SignatureVerifierTest, RefusesAnotherKey) {
  for (const auto& [type, scheme] : kCases) {
    if (type == KeyType::kRsa3072) {
      continue;  // slow to make, and the same code as 2048
    }
    const std::string signature = TestKey::OfType(type).Sign(scheme, kMessage);
    EXPECT_THAT(Verify(TestKey::Make(type), scheme, kMessage, signature), IsWrong())
        << SignatureSchemeName(scheme);
  }
}

TEST(SignatureVerifierTest, RefusesASchemeOfAnotherKind) {
  for (const auto& [type, scheme] : kCases) {
    for (const auto& [other_type, other_scheme] : kCases) {
      const TestKey& key = TestKey::OfType(type);
      const absl::Status status = Verify(key, other_scheme, kMessage, key.Sign(scheme, kMessage));
      if (!SchemeFitsKey(other_scheme, Parsed(key).algorithm)) {
        EXPECT_THAT(status, IsInvalid(Reason::kSignatureAlgorithm, kField));
      } else if (scheme == other_scheme) {
        EXPECT_THAT(status, IsOk());
      } else {
        EXPECT_THAT(status, IsWrong());
      }
    }
  }
}

std::string EcdsaSignature(absl::string_view r, absl::string_view s) {
  return der::Encode(der::kSequence, der::Encode(der::kInteger, r) + der::Encode(der::kInteger, s));
}

TEST(SignatureVerifierTest, RefusesEcdsaSignaturesThatAreNotDer) {
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  // r and s without a sign octet, so that each variant below differs in its encoding alone.
  std::string signature;
  absl::string_view r, s;
  do {
    signature = key.Sign(SignatureScheme::kEcdsaSha256, kMessage);
    der::Reader outer(signature), value;
    ASSERT_TRUE(outer.ReadNested(der::kSequence, &value));
    ASSERT_TRUE(value.ReadInteger(&r) && value.ReadInteger(&s));
  } while (r.size() != 32 || s.size() != 32);
  const auto verify = [&key](absl::string_view changed) {
    return Verify(key, SignatureScheme::kEcdsaSha256, kMessage, changed);
  };
  const std::string zero(1, '\0');
  ASSERT_THAT(verify(EcdsaSignature(r, s)), IsOk());
  EXPECT_THAT(verify(EcdsaSignature(absl::StrCat(zero, r), s)), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature(r, absl::StrCat(zero, s))), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature(zero, s)), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature(r, zero)), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature("", s)), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature("\xff", s)), IsWrong());
  EXPECT_THAT(verify(EcdsaSignature("\x7f" + std::string(7000, 'x'), s)), IsWrong());
  const std::string integers = der::Encode(der::kInteger, r) + der::Encode(der::kInteger, s);
  EXPECT_THAT(verify("\x30\x81\x44" + integers), IsWrong());
  EXPECT_THAT(verify("\x30\x80" + integers + zero + zero), IsWrong());
  EXPECT_THAT(verify(der::Encode(der::kSequence, integers + "\x05" + zero)), IsWrong());
  EXPECT_THAT(verify(der::Encode(der::kSet, integers)), IsWrong());
  EXPECT_THAT(verify(absl::StrCat(r, s)), IsWrong());
}

TEST(SignatureVerifierTest, RefusesPssWithAnotherSalt) {
  const TestKey& key = TestKey::OfType(KeyType::kRsa2048);
  EVP_PKEY* const pkey = const_cast<EVP_PKEY*>(key.get());
  for (const int salt : {0, 20, 31, 32, 33}) {
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;
    ASSERT_EQ(EVP_DigestSignInit(context.get(), &key_context, EVP_sha256(), nullptr, pkey), 1);
    ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING), 1);
    ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, salt), 1);
    std::string signature(256, '\0');
    size_t size = signature.size();
    ASSERT_EQ(EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size,
                             AsUnsigned(kMessage), kMessage.size()),
              1);
    const absl::Status status = Verify(key, SignatureScheme::kRsaPssSha256, kMessage, signature);
    EXPECT_EQ(status.ok(), salt == 32) << salt;
    EXPECT_TRUE(salt == 32 || GetReason(status) == Reason::kSignatureInvalid);
  }
}

TEST(SignatureVerifierTest, RefusesAPointOffItsCurve) {
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  std::string spki = key.public_key();
  spki.back() = static_cast<char>(spki.back() ^ 1);
  EXPECT_THAT(VerifySignature(*ParsePublicKey(spki, "key"), SignatureScheme::kEcdsaSha256, kMessage,
                              key.Sign(SignatureScheme::kEcdsaSha256, kMessage), kField),
              IsInvalid(Reason::kKeyInvalid, kField));
}

}  // namespace
}  // namespace fleetca::x509
