// Private keys of any form, with one passphrase. What is read is written and read again to the same
// key; what is not read is refused with a sentence, and the passphrase is asked for once at most.
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "client/objects/key_facts.h"
#include "client/objects/private_key_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace fleetca;  // NOLINT(build/namespaces)

constexpr absl::string_view kPassphrase = "p";

// Encrypted with one round, so that an input costs little.
std::string EncryptedSeed(const EVP_PKEY* key, const EVP_CIPHER* cipher) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(key));
  X509AlgorPtr algorithm(PKCS5_pbe2_set_iv(cipher, 1, nullptr, 8, nullptr, NID_hmacWithSHA1));
  const X509SigPtr encrypted(
      PKCS8_set0_pbe(kPassphrase.data(), kPassphrase.size(), info.get(), algorithm.release()));
  FLEETCA_FUZZ_REQUIRE(PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

// SEC1, with the header lines of RFC 1421 where there is a cipher.
std::string TraditionalSeed(const EVP_PKEY* key, const EVP_CIPHER* cipher) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  std::string passphrase(kPassphrase);
  FLEETCA_FUZZ_REQUIRE(
      PEM_write_bio_PrivateKey_traditional(
          bio.get(), key, cipher, cipher == nullptr ? nullptr : AsUnsigned(passphrase.data()),
          cipher == nullptr ? 0 : static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string DerSeed(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(key, &der);
  FLEETCA_FUZZ_REQUIRE(size > 0);
  std::string seed(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return seed;
}

}  // namespace

std::vector<std::string> fleetca::fuzz::Seeds() {
  const EvpPkeyPtr ec = GeneratePrivateKey(KeyType::kP256).value();
  const EvpPkeyPtr ed25519 = GeneratePrivateKey(KeyType::kEd25519).value();
  const EvpPkeyPtr rsa = GeneratePrivateKey(KeyType::kRsa2048).value();
  const std::string clear(EncodePrivateKey(ed25519.get()).value().view());
  return {clear,
          absl::StrCat("words\r\n", clear, "\n", clear),
          DerSeed(ec.get()),
          DerSeed(rsa.get()),
          EncryptedSeed(ed25519.get(), EVP_aes_256_cbc()),
          EncryptedSeed(ec.get(), EVP_des_ede3_cbc()),
          TraditionalSeed(ec.get(), nullptr),
          TraditionalSeed(rsa.get(), EVP_aes_128_cbc())};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  int asked = 0;
  const absl::StatusOr<client::ReadKey> read =
      client::ReadPrivateKey(input, [&asked]() -> absl::StatusOr<SecretBytes> {
        ++asked;
        return SecretBytes(kPassphrase);
      });
  FLEETCA_FUZZ_REQUIRE(asked <= 1);
  FLEETCA_FUZZ_REQUIRE(ERR_peek_error() == 0);
  if (!read.ok()) {
    FLEETCA_FUZZ_REQUIRE(read.status().code() == absl::StatusCode::kFailedPrecondition);
    FLEETCA_FUZZ_REQUIRE(GetReason(read.status()).has_value());
    FLEETCA_FUZZ_REQUIRE(read.status().message().size() < 1000);
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE((asked == 1) == !read->encryption.empty());
  if (!client::FactsOfKey(read->key.get()).ok()) {
    return 0;  // A key whose public half cannot be encoded, such as parameters alone.
  }
  ERR_clear_error();
  const absl::StatusOr<SecretBytes> written = EncodePrivateKey(read->key.get());
  ERR_clear_error();
  if (written.ok()) {
    const absl::StatusOr<client::ReadKey> again = client::ReadPrivateKey(
        written->view(), []() -> absl::StatusOr<SecretBytes> { return SecretBytes(); });
    FLEETCA_FUZZ_REQUIRE(again.ok() && EVP_PKEY_eq(again->key.get(), read->key.get()) == 1);
  }
  ERR_clear_error();
  return 0;
}
