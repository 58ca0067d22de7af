#include "client/objects/pkcs12_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/objects/pkcs12_parts.h"
#include "client/objects/pkcs12_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kModern = NID_aes_256_cbc;
constexpr int kOld = NID_pbe_WithSHA1And40BitRC2_CBC;
constexpr int kInTheClear = -1;

class Pkcs12ReaderTest : public ::testing::Test {
 protected:
  static OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = absl::Now() - absl::Hours(1),
                          .not_after = absl::Now() + absl::Hours(1)});
  }

  struct Foreign {
    const char* passphrase = "secret";
    int key_cipher = kModern;
    int certificate_cipher = kModern;
    int iterations = 10;
    // 0 or less: there is no MAC.
    int mac_iterations = 10;
  };

  // As OpenSSL writes it.
  std::string MakeForeign(const Foreign& wanted) const {
    OsslLibCtxPtr library(OSSL_LIB_CTX_new());
    const OsslProviderPtr common(OSSL_PROVIDER_load(library.get(), "default"));
    const OsslProviderPtr legacy(OSSL_PROVIDER_load(library.get(), "legacy"));
    const unsigned char* at = AsUnsigned(leaf_.der);
    const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(leaf_.der.size())));
    const Pkcs12Ptr file(PKCS12_create_ex(wanted.passphrase, "web", leaf_.key.get(),
                                          certificate.get(), nullptr, wanted.key_cipher,
                                          wanted.certificate_cipher, wanted.iterations,
                                          /*mac_iter=*/-1, 0, library.get(), nullptr));
    EXPECT_NE(file, nullptr) << DrainOpenSslErrors();
    if (wanted.mac_iterations > 0) {
      EXPECT_EQ(PKCS12_set_mac(file.get(), wanted.passphrase, -1, nullptr, 8, wanted.mac_iterations,
                               EVP_sha1()),
                1);
    }
    return Encode(file.get());
  }

  static std::string Encode(PKCS12* file) {
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(file, &der);
    std::string octets(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
    return octets;
  }

  // An RSA key of so many bits, of which no two numbers fit together.
  static EvpPkeyPtr RsaKeyOf(int bits) {
    const auto number = [](int size) {
      BignumPtr made(BN_new());
      BN_rand(made.get(), size, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
      return made.release();
    };
    RsaPtr rsa(RSA_new());
    RSA_set0_key(rsa.get(), number(bits), number(17), number(bits - 1));
    RSA_set0_factors(rsa.get(), number(bits / 2), number(bits / 2));
    RSA_set0_crt_params(rsa.get(), number(64), number(64), number(64));
    EvpPkeyPtr key(EVP_PKEY_new());
    EVP_PKEY_assign_RSA(key.get(), rsa.release());
    return key;
  }

  // The key so many times, in the clear and without a MAC.
  static std::string KeystoreOf(EVP_PKEY* key, int copies = 1) {
    STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
    for (int i = 0; i < copies; ++i) {
      PKCS12_add_key(&bags, key, 0, 1, /*key_nid=*/-1, nullptr);
    }
    const BagsPtr owned(bags);
    STACK_OF(PKCS7)* parts = nullptr;
    PKCS12_add_safe(&parts, bags, /*safe_nid=*/-1, 0, nullptr);
    const SafesPtr safes(parts);
    const Pkcs12Ptr file(PKCS12_add_safes(safes.get(), 0));
    return Encode(file.get());
  }

  // A key of an algorithm that nobody knows, and the leaf's with its certificate.
  std::string KeystoreWithUnknownKey(bool encrypted) const {
    // Version 0, the algorithm 1.2.3.4, and an octet.
    const std::string der = absl::HexStringToBytes(
        "300d02010030050603"
        "2a0304"
        "040107");
    const unsigned char* at = AsUnsigned(der);
    PKCS8_PRIV_KEY_INFO* const info =
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size()));
    EXPECT_NE(info, nullptr);
    PKCS12_SAFEBAG* const bag = encrypted ? PKCS12_SAFEBAG_create_pkcs8_encrypt(
                                                NID_aes_256_cbc, "secret", -1, nullptr, 0, 10, info)
                                          : PKCS12_SAFEBAG_create0_p8inf(info);
    if (encrypted) {
      PKCS8_PRIV_KEY_INFO_free(info);
    }
    PKCS12_add_friendlyname_utf8(bag, "pq", -1);
    STACK_OF(PKCS12_SAFEBAG)* bags = sk_PKCS12_SAFEBAG_new_null();
    sk_PKCS12_SAFEBAG_push(bags, bag);
    PKCS12_add_key(&bags, leaf_.key.get(), 0, 10, NID_aes_256_cbc, "secret");
    at = AsUnsigned(leaf_.der);
    const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(leaf_.der.size())));
    PKCS12_add_cert(&bags, certificate.get());
    const BagsPtr owned(bags);
    STACK_OF(PKCS7)* parts = nullptr;
    PKCS12_add_safe(&parts, bags, /*safe_nid=*/-1, 0, nullptr);
    const SafesPtr safes(parts);
    const Pkcs12Ptr file(PKCS12_add_safes(safes.get(), 0));
    return Encode(file.get());
  }

  absl::StatusOr<Pkcs12> Read(absl::string_view octets, absl::string_view passphrase = "secret",
                              const Pkcs12Limits& limits = {}) {
    return ReadPkcs12(
        octets,
        [this, passphrase] {
          ++asked_;
          return absl::StatusOr<SecretBytes>(SecretBytes(passphrase));
        },
        limits);
  }

  // That the file holds the leaf and its key, both by `encryption`.
  void ExpectLeaf(const absl::StatusOr<Pkcs12>& file, absl::string_view key_encryption,
                  absl::string_view certificate_encryption) const {
    FLEETCA_ASSERT_OK(file);
    ASSERT_EQ(file->keys.size(), 1u);
    EXPECT_EQ(EVP_PKEY_eq(file->keys[0].key.get(), leaf_.key.get()), 1);
    EXPECT_EQ(file->keys[0].alias, "web");
    EXPECT_EQ(file->keys[0].key_id.size(), 20u);
    EXPECT_EQ(file->keys[0].encryption, key_encryption);
    ASSERT_EQ(file->certificates.size(), 1u);
    EXPECT_EQ(file->certificates[0].der, leaf_.der);
    EXPECT_EQ(file->certificates[0].alias, "web");
    EXPECT_EQ(file->certificates[0].key_id, file->keys[0].key_id);
    EXPECT_EQ(file->certificates[0].encryption, certificate_encryption);
    EXPECT_FALSE(file->certificates[0].trusted);
    EXPECT_EQ(file->others, 0u);
  }

  const OpenSslCertificate root_ = Make("root", nullptr);
  const OpenSslCertificate leaf_ = Make("leaf", &root_);
  int asked_ = 0;
};

constexpr char kModernName[] = "PBES2, AES-256-CBC, PBKDF2 hmacWithSHA256, 10 iterations";

TEST_F(Pkcs12ReaderTest, NoneIsWrittenWithANulInItsPassphrase) {
  const SecretBytes passphrase(absl::string_view("ab\0cd", 5));
  EXPECT_THAT(EncodeKeystore(leaf_.key.get(), leaf_.der, {}, "web", passphrase).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kPassphraseInvalid));
  EXPECT_THAT(EncodeTruststore({leaf_.der}, passphrase).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kPassphraseInvalid));
}

TEST_F(Pkcs12ReaderTest, ModernAndOldCiphersAreRead) {
  const auto modern = Read(MakeForeign({}));
  ExpectLeaf(modern, kModernName, kModernName);
  EXPECT_EQ(modern->mac, "SHA1, 10 iterations");
  EXPECT_TRUE(modern->weak) << "by its MAC";
  EXPECT_FALSE(modern->without_passphrase);
  const auto old = Read(MakeForeign(
      {.key_cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC, .certificate_cipher = kOld}));
  ExpectLeaf(old, "PBE-SHA1-3DES, 10 iterations", "PBE-SHA1-RC2-40, 10 iterations");
  EXPECT_TRUE(old->weak);
  EXPECT_EQ(asked_, 2);
}

TEST_F(Pkcs12ReaderTest, OldCiphersAreThereForSuchAFileAlone) {
  FLEETCA_ASSERT_OK(Read(MakeForeign({.certificate_cipher = kOld})));
  EVP_CIPHER* const found = EVP_CIPHER_fetch(nullptr, "RC2-40-CBC", nullptr);
  EXPECT_EQ(found, nullptr);
  EVP_CIPHER_free(found);
  ERR_clear_error();
}

TEST_F(Pkcs12ReaderTest, WithoutAMacItIsSaid) {
  const std::string octets = MakeForeign({.mac_iterations = 0});
  const auto file = Read(octets);
  ExpectLeaf(file, kModernName, kModernName);
  EXPECT_EQ(file->mac, "");
  EXPECT_FALSE(file->weak);
  EXPECT_THAT(Read(octets, "wrong"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kPassphraseInvalid));
}

TEST_F(Pkcs12ReaderTest, NobodyIsAskedWhereNoPassphraseIsNeeded) {
  const auto clear = Read(MakeForeign(
      {.key_cipher = kInTheClear, .certificate_cipher = kInTheClear, .mac_iterations = 0}));
  ExpectLeaf(clear, "", "");
  EXPECT_TRUE(clear->without_passphrase);
  const auto empty = Read(MakeForeign({.passphrase = ""}));
  ExpectLeaf(empty, kModernName, kModernName);
  EXPECT_TRUE(empty->without_passphrase);
  FLEETCA_ASSERT_OK(Read(MakeForeign({.passphrase = "", .certificate_cipher = kOld})));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Pkcs12ReaderTest, APassphraseIsTakenAsUtf8AndAsItsOctets) {
  const std::string utf8 = "p\xc3\xa4\xe2\x82\xac";
  FLEETCA_EXPECT_OK(
      Read(MakeForeign({.passphrase = utf8.c_str(), .certificate_cipher = kOld}), utf8));
  // What releases before 1.1 made of these octets, spelled in UTF-8.
  const std::string octets_as_characters = "p\xc3\x83\xc2\xa4\xc3\xa2\xc2\x82\xc2\xac";
  FLEETCA_EXPECT_OK(Read(MakeForeign({.passphrase = octets_as_characters.c_str(),
                                      .key_cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
                                      .certificate_cipher = kOld}),
                         utf8));
}

TEST_F(Pkcs12ReaderTest, AWrongPassphraseAndWhatAskingRefusesAreErrors) {
  const std::string octets = MakeForeign({});
  EXPECT_THAT(Read(octets, "wrong"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kPassphraseInvalid));
  EXPECT_EQ(asked_, 1);
  const auto refused = ReadPkcs12(octets, [] {
    return absl::StatusOr<SecretBytes>(FailedPrecondition(Reason::kFileMissing, "no terminal"));
  });
  EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

TEST_F(Pkcs12ReaderTest, WhatIsTooCostlyIsRefusedBeforeItIsComputed) {
  for (const Foreign& costly :
       {Foreign{.mac_iterations = 1001}, Foreign{.iterations = 500, .mac_iterations = 1},
        Foreign{.certificate_cipher = kOld, .iterations = 1001, .mac_iterations = 0}}) {
    const auto refused = Read(MakeForeign(costly), "secret", {.iterations = 1000});
    EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("more than 1000 iterations"));
  }
  FLEETCA_EXPECT_OK(
      Read(MakeForeign({.iterations = 500, .mac_iterations = 0}), "secret", {.iterations = 1000}));
}

TEST_F(Pkcs12ReaderTest, WhatIsSomethingElseIsNamed) {
  const std::string octets = MakeForeign({});
  for (const auto& [contents, words] : std::vector<std::pair<std::string, std::string>>{
           {"", "empty"},
           {leaf_.pem, "PEM, not PKCS#12"},
           {leaf_.der, "a certificate (DER)"},
           {"\xfe\xed\xfe\xed rest", "keytool -importkeystore"},
           {"\xce\xce\xce\xce rest", "(JCEKS)"},
           {absl::Base64Escape(octets), "It is base64 of DER"},
           {octets.substr(0, octets.size() - 1), "not all of one"},
           {octets + "x", "more after its end"},
           {std::string(10 << 20, 'x'), "10485760 octets"}}) {
    const auto refused = Read(contents);
    EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(words));
  }
  EXPECT_EQ(asked_, 0);
}

TEST_F(Pkcs12ReaderTest, ReadsPemAndALineEndAfterDer) {
  const std::string octets = MakeForeign({});
  for (const std::string& contents :
       {absl::StrCat("text\n", x509::EncodePem("PKCS12", octets)), octets + "\n"}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Pkcs12 file, Read(contents));
    EXPECT_EQ(file.keys.size(), 1u);
  }
}

// OneAsymmetricKey of version 2 (RFC 5958), as Bouncy Castle writes Ed25519 keys; the key is of
// RFC 8032, section 7.1, test 1.
TEST_F(Pkcs12ReaderTest, ReadsAKeyWithAPublicHalf) {
  const std::string version_2 = absl::HexStringToBytes(
      "3051020101300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae"
      "7f60812100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  X509SigPtr sealed(X509_SIG_new());
  X509_ALGOR* algorithm = nullptr;
  ASN1_OCTET_STRING* octets = nullptr;
  X509_SIG_getm(sealed.get(), &algorithm, &octets);
  const X509AlgorPtr by(
      PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 10, nullptr, 16, nullptr, NID_hmacWithSHA256));
  X509_ALGOR_copy(algorithm, by.get());
  unsigned char* encrypted = nullptr;
  int size = 0;
  ASSERT_NE(PKCS12_pbe_crypt(algorithm, "secret", 6, AsUnsigned(version_2),
                             static_cast<int>(version_2.size()), &encrypted, &size, /*en_de=*/1),
            nullptr);
  ASN1_STRING_set0(octets, encrypted, size);
  BagsPtr bags(sk_PKCS12_SAFEBAG_new_null());
  sk_PKCS12_SAFEBAG_push(bags.get(), PKCS12_SAFEBAG_create0_pkcs8(sealed.release()));
  STACK_OF(PKCS7)* parts = nullptr;
  ASSERT_EQ(PKCS12_add_safe(&parts, bags.get(), /*safe_nid=*/-1, 0, nullptr), 1);
  const SafesPtr safes(parts);
  const Pkcs12Ptr file(PKCS12_add_safes(safes.get(), 0));
  ASSERT_EQ(PKCS12_set_mac(file.get(), "secret", -1, nullptr, 8, 10, EVP_sha256()), 1);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Pkcs12 read, Read(Encode(file.get())));
  ASSERT_EQ(read.keys.size(), 1u);
  EXPECT_EQ(EVP_PKEY_is_a(read.keys[0].key.get(), "ED25519"), 1);
}

// One signature by a key of 32,768 bits takes ten seconds, and by many smaller ones as long.
TEST_F(Pkcs12ReaderTest, LargeKeysKeepNobodyBusy) {
  const auto refusal = [this](absl::string_view keystore, const Pkcs12Limits& limits) {
    const absl::Status status = Read(keystore, "", limits).status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    return std::string(status.message());
  };
  EXPECT_THAT(refusal(KeystoreOf(RsaKeyOf(32768).get()), {}), HasSubstr("RSA key of 32768 bits"));
  EXPECT_THAT(refusal(KeystoreOf(RsaKeyOf(4096).get()), {.iterations = 12000}),
              HasSubstr("as much work for large keys"));
  EXPECT_THAT(refusal(KeystoreOf(leaf_.key.get(), 101), {}), HasSubstr("more than 100 keys"));
  EXPECT_THAT(Read(KeystoreOf(leaf_.key.get(), 100)), IsOk());
}

TEST_F(Pkcs12ReaderTest, DamageIsFound) {
  const std::string octets = MakeForeign({});
  for (size_t i = 0; i < octets.size(); i += 31) {
    std::string damaged = octets;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    EXPECT_FALSE(Read(damaged).ok()) << i;
  }
}

TEST_F(Pkcs12ReaderTest, WhatIsWrittenHereIsRead) {
  for (const auto strength : {Pkcs12Strength::kModern, Pkcs12Strength::kLegacy}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const SecretBytes octets,
                                 EncodeKeystore(leaf_.key.get(), leaf_.der, {root_.der}, "web",
                                                SecretBytes("secret"), strength));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Pkcs12 file, Read(octets.view()));
    const bool legacy = strength == Pkcs12Strength::kLegacy;
    EXPECT_EQ(file.weak, legacy);
    EXPECT_EQ(file.mac, legacy ? "SHA1, 10000 iterations" : "SHA256, 10000 iterations");
    ASSERT_EQ(file.keys.size(), 1u);
    EXPECT_EQ(file.keys[0].encryption,
              legacy ? "PBE-SHA1-3DES, 10000 iterations"
                     : "PBES2, AES-256-CBC, PBKDF2 hmacWithSHA256, 10000 iterations");
    ASSERT_EQ(file.certificates.size(), 2u);
    EXPECT_EQ(file.certificates[0].der, leaf_.der);
    EXPECT_EQ(file.certificates[0].encryption, file.keys[0].encryption);
    EXPECT_EQ(file.certificates[1].der, root_.der);
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SecretBytes trusted,
                               EncodeTruststore({root_.der}, SecretBytes("secret")));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Pkcs12 file, Read(trusted.view()));
  EXPECT_TRUE(file.keys.empty());
  ASSERT_EQ(file.certificates.size(), 1u);
  EXPECT_TRUE(file.certificates[0].trusted);
}

// As Java 24 and newer write ML-DSA.
TEST_F(Pkcs12ReaderTest, AKeyOfAnUnknownAlgorithmSpoilsNoOther) {
  for (const bool encrypted : {false, true}) {
    const absl::StatusOr<Pkcs12> file = Read(KeystoreWithUnknownKey(encrypted));
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ(file->keys.size(), 1u);
    EXPECT_EQ(file->certificates.size(), 1u);
    EXPECT_EQ(file->others, 1u);
    EXPECT_THAT(file->unknown_keys, ElementsAre("a private key \"pq\" of the algorithm 1.2.3.4"));
  }
}

}  // namespace
}  // namespace fleetca::client
