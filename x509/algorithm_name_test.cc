#include "x509/algorithm_name.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/openssl.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

std::string OfDotted(absl::string_view dotted) { return AlgorithmName(der::OidFromString(dotted)); }

// The OIDs are OpenSSL's here, by its own names, so that a slip of a digit in the table shows.
TEST(AlgorithmNameTest, SaysTheNameOfWhatOpenSslKnows) {
  constexpr struct {
    const char* openssl;
    absl::string_view name;
  } kCases[] = {
      {LN_rsaEncryption, "RSA"},
      {SN_rsassaPss, "RSASSA-PSS"},
      {SN_dsa, "DSA"},
      {SN_X9_62_id_ecPublicKey, "EC"},
      {SN_X25519, "X25519"},
      {SN_X448, "X448"},
      {SN_ED25519, "Ed25519"},
      {SN_ED448, "Ed448"},
      {LN_dhKeyAgreement, "Diffie-Hellman"},
      {SN_id_GostR3410_2001, "GOST R 34.10-2001"},
      {SN_id_GostR3410_2012_256, "GOST R 34.10-2012 with 256 bits"},
      {SN_id_GostR3410_2012_512, "GOST R 34.10-2012 with 512 bits"},
      {SN_X9_62_prime192v1, "P-192"},
      {SN_secp224r1, "P-224"},
      {SN_X9_62_prime256v1, "P-256"},
      {SN_secp384r1, "P-384"},
      {SN_secp521r1, "P-521"},
      {SN_secp256k1, "secp256k1"},
      {SN_sect233k1, "K-233"},
      {SN_sect283r1, "B-283"},
      {SN_sect571r1, "B-571"},
      {SN_brainpoolP256r1, "brainpoolP256r1"},
      {SN_brainpoolP384r1, "brainpoolP384r1"},
      {SN_brainpoolP512t1, "brainpoolP512t1"},
      {SN_sm2, "SM2"},
      {SN_md2WithRSAEncryption, "RSA with MD2"},
      {SN_md5WithRSAEncryption, "RSA with MD5"},
      {SN_sha1WithRSAEncryption, "RSA with SHA-1"},
      {SN_sha1WithRSA, "RSA with SHA-1"},
      {SN_sha224WithRSAEncryption, "RSA with SHA-224"},
      {SN_sha512_256WithRSAEncryption, "RSA with SHA-512/256"},
      {SN_RSA_SHA3_256, "RSA with SHA3-256"},
      {SN_dsaWithSHA1, "DSA with SHA-1"},
      {SN_dsa_with_SHA256, "DSA with SHA-256"},
      {SN_ecdsa_with_SHA1, "ECDSA with SHA-1"},
      {SN_ecdsa_with_SHA224, "ECDSA with SHA-224"},
      {SN_ecdsa_with_SHA3_512, "ECDSA with SHA3-512"},
      {SN_SM2_with_SM3, "SM2 with SM3"},
      {SN_id_tc26_signwithdigest_gost3410_2012_256,
       "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bits)"},
      {SN_mgf1, "MGF1"},
      {SN_md5, "MD5"},
      {SN_sha1, "SHA-1"},
      {SN_sha224, "SHA-224"},
      {SN_sha3_256, "SHA3-256"},
      {SN_shake256, "SHAKE256"},
  };
  for (const auto& known : kCases) {
    const ASN1_OBJECT* const object = OBJ_nid2obj(OBJ_txt2nid(known.openssl));
    ASSERT_GT(OBJ_length(object), 0u) << known.openssl;
    const absl::string_view oid(reinterpret_cast<const char*>(OBJ_get0_data(object)),
                                OBJ_length(object));
    EXPECT_EQ(AlgorithmName(oid), absl::StrCat(known.name, " (", der::OidToString(oid), ")"));
  }
}

// OpenSSL 3.0 is older than these (NIST's Computer Security Objects Register, RFC 8708).
TEST(AlgorithmNameTest, SaysTheNamesOfPostQuantumAlgorithms) {
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.3.17"), "ML-DSA-44 (2.16.840.1.101.3.4.3.17)");
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.3.18"), "ML-DSA-65 (2.16.840.1.101.3.4.3.18)");
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.3.19"), "ML-DSA-87 (2.16.840.1.101.3.4.3.19)");
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.3.20"), "SLH-DSA-SHA2-128s (2.16.840.1.101.3.4.3.20)");
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.3.31"), "SLH-DSA-SHAKE-256f (2.16.840.1.101.3.4.3.31)");
  EXPECT_EQ(OfDotted("2.16.840.1.101.3.4.4.2"), "ML-KEM-768 (2.16.840.1.101.3.4.4.2)");
  EXPECT_EQ(OfDotted("1.2.840.113549.1.9.16.3.17"), "HSS/LMS (1.2.840.113549.1.9.16.3.17)");
}

TEST(AlgorithmNameTest, AnUnknownOidStandsAlone) {
  // The last is no algorithm, though OpenSSL has a name for it.
  for (const absl::string_view dotted :
       {"1.2.3", "1.3.101.1130", "1.3.101", "1.2.840.113549.1.1.55", "2.5.4.3"}) {
    EXPECT_EQ(OfDotted(dotted), dotted);
  }
  EXPECT_EQ(AlgorithmName(""), "(invalid)");
  EXPECT_EQ(AlgorithmName("\x80"), "(invalid)");
}

}  // namespace
}  // namespace fleetca::x509
