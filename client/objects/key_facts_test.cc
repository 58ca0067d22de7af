#include "client/objects/key_facts.h"

#include <string>
#include <utility>

#include "base/errors.h"
#include "base/private_key.h"
#include "client/objects/csr_maker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/csr_builder.h"

namespace fleetca::client {
namespace {

TEST(KeyFactsTest, NamesTypeAndStrength) {
  const std::pair<KeyType, KeyFacts> expected[] = {{KeyType::kP256, {"P-256", 128, ""}},
                                                   {KeyType::kP384, {"P-384", 192, ""}},
                                                   {KeyType::kRsa2048, {"RSA 2048", 112, ""}},
                                                   {KeyType::kEd25519, {"Ed25519", 128, ""}}};
  for (const auto& [type, facts] : expected) {
    const auto key = GeneratePrivateKey(type);
    ASSERT_TRUE(key.ok()) << key.status();
    const auto found = FactsOfKey(key->get());
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->type, facts.type);
    EXPECT_EQ(found->strength_bits, facts.strength_bits);
    EXPECT_EQ(found->sha256.size(), 64u);
  }
}

TEST(KeyFactsTest, OfWhatNoCaTakesTheNameIsOpenSsls) {
  const EvpPkeyPtr key(EVP_EC_gen("secp256k1"));
  EXPECT_EQ(FactsOfKey(key.get()).value().type, "secp256k1");
}

TEST(KeyFactsTest, ARequestFitsItsKeyAlone) {
  const auto key = GeneratePrivateKey(KeyType::kP256);
  const auto other = GeneratePrivateKey(KeyType::kP256);
  ASSERT_TRUE(key.ok() && other.ok());
  const auto csr = MakeCsr(key->get(), x509::kEmptyName, {});
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_TRUE(FitsCsr(key->get(), *csr).value());
  EXPECT_FALSE(FitsCsr(other->get(), *csr).value());
  EXPECT_EQ(GetReason(FitsCsr(key->get(), "junk").status()), Reason::kFileInvalid);
  EXPECT_EQ(GetReason(FitsCertificate(key->get(), *csr).status()), Reason::kFileInvalid);
  EXPECT_EQ(ERR_peek_error(), 0u) << "the error queue is not empty";
}

}  // namespace
}  // namespace fleetca::client
