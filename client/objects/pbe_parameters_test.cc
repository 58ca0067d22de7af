#include "client/objects/pbe_parameters.h"

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(Pbes2Parameters, OfPbkdf2) {
  const X509AlgorPtr algorithm(
      PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 2048, nullptr, 16, nullptr, NID_hmacWithSHA256));
  const auto read = ReadPbes2(algorithm.get());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kdf, Pbes2Parameters::Kdf::kPbkdf2);
  EXPECT_EQ(read->kdf_name, "PBKDF2");
  EXPECT_EQ(read->iterations, 2048);
  EXPECT_EQ(read->prf_name, "hmacWithSHA256");
  EXPECT_EQ(read->cipher_nid, NID_aes_256_cbc);
  EXPECT_EQ(read->cipher_name, "aes-256-cbc");
}

TEST(Pbes2Parameters, AnAbsentPrfIsHmacWithSha1) {
  const X509AlgorPtr algorithm(
      PKCS5_pbe2_set_iv(EVP_des_ede3_cbc(), 1, nullptr, 8, nullptr, NID_hmacWithSHA1));
  EXPECT_EQ(ReadPbes2(algorithm.get()).value().prf_name, "hmacWithSHA1");
}

TEST(Pbes2Parameters, OfScrypt) {
  const X509AlgorPtr algorithm(
      PKCS5_pbe2_set_scrypt(EVP_aes_128_cbc(), nullptr, 16, nullptr, 1024, 8, 2));
  const auto read = ReadPbes2(algorithm.get());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kdf, Pbes2Parameters::Kdf::kScrypt);
  EXPECT_EQ(read->cost, 1024);
  EXPECT_EQ(read->block_size, 8);
  EXPECT_EQ(read->parallelization, 2);
}

TEST(Pbes2Parameters, WhatIsMalformedIsNotRead) {
  const X509AlgorPtr none(X509_ALGOR_new());
  X509_ALGOR_set0(none.get(), OBJ_nid2obj(NID_pbes2), V_ASN1_NULL, nullptr);
  EXPECT_FALSE(ReadPbes2(none.get()).has_value());
  EXPECT_FALSE(ReadPbes1Iterations(none.get()).has_value());
  // PBEParameter is of another shape.
  const X509AlgorPtr pbes1(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 7, nullptr, 8));
  EXPECT_FALSE(ReadPbes2(pbes1.get()).has_value());
  EXPECT_EQ(ReadPbes1Iterations(pbes1.get()), 7);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PositiveNumber, SaturatesAndRefusesTheRest) {
  using IntegerPtr = std::unique_ptr<ASN1_INTEGER, OpenSslDeleter<ASN1_INTEGER_free>>;
  const IntegerPtr integer(ASN1_INTEGER_new());
  ASN1_INTEGER_set_int64(integer.get(), 0);
  EXPECT_EQ(PositiveNumber(integer.get()), std::nullopt);
  ASN1_INTEGER_set_int64(integer.get(), -5);
  EXPECT_EQ(PositiveNumber(integer.get()), std::nullopt);
  EXPECT_EQ(PositiveNumber(nullptr), std::nullopt);
  ASN1_INTEGER_set_uint64(integer.get(), UINT64_MAX - 1);
  EXPECT_EQ(PositiveNumber(integer.get()), UINT64_MAX - 1);
  BIGNUM* const large = BN_new();
  BN_set_bit(large, 64);
  const IntegerPtr larger(BN_to_ASN1_INTEGER(large, nullptr));
  BN_free(large);
  EXPECT_EQ(PositiveNumber(larger.get()), UINT64_MAX);
}

}  // namespace
}  // namespace fleetca::client
