#include "base/crypto_types.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fleetca {
namespace {

TEST(KeyTypeTest, EveryNameParsesBack) {
  const KeyType types[] = {KeyType::kP256,    KeyType::kP384,    KeyType::kRsa2048,
                           KeyType::kRsa3072, KeyType::kRsa4096, KeyType::kEd25519};
  for (const KeyType type : types) {
    EXPECT_EQ(ParseKeyType(KeyTypeName(type)), type) << KeyTypeName(type);
  }
}

TEST(KeyTypeTest, NamesAreStable) {
  EXPECT_EQ(KeyTypeName(KeyType::kP256), "p256");
  EXPECT_EQ(KeyTypeName(KeyType::kP384), "p384");
  EXPECT_EQ(KeyTypeName(KeyType::kRsa2048), "rsa2048");
  EXPECT_EQ(KeyTypeName(KeyType::kRsa3072), "rsa3072");
  EXPECT_EQ(KeyTypeName(KeyType::kRsa4096), "rsa4096");
  EXPECT_EQ(KeyTypeName(KeyType::kEd25519), "ed25519");
}

TEST(KeyTypeTest, OtherNamesAreNoType) {
  for (const char* name : {"", "P256", "p256 ", "p-256", "p521", "rsa", "rsa1024", "unknown"}) {
    EXPECT_EQ(ParseKeyType(name), std::nullopt) << name;
  }
}

TEST(SignatureSchemeTest, EverySchemeHasItsOwnName) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(SignatureScheme::kEd25519); ++i) {
    const std::string name(SignatureSchemeName(static_cast<SignatureScheme>(i)));
    EXPECT_NE(name, "unknown") << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(SignatureSchemeName(SignatureScheme::kEcdsaSha256), "ecdsa-sha256");
  EXPECT_EQ(SignatureSchemeName(SignatureScheme::kRsaPkcs1Sha384), "rsa-pkcs1-sha384");
  EXPECT_EQ(SignatureSchemeName(SignatureScheme::kRsaPssSha512), "rsa-pss-sha512");
}

}  // namespace
}  // namespace fleetca
