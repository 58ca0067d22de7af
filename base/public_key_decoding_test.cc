#include "base/public_key_decoding.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca {
namespace {

using testing::MakeByOpenSsl;
using testing::OpenSslCertificate;
using testing::OpenSslRequest;

const absl::Time kBegin = absl::FromUnixSeconds(1'780'315'200);

OpenSslCertificate Make(const std::string& curve, const OpenSslCertificate* issuer = nullptr) {
  OpenSslRequest request;
  request.curve = curve;
  request.issuer = issuer;
  request.not_before = kBegin;
  request.not_after = kBegin + absl::Hours(24);
  return MakeByOpenSsl(request);
}

X509Ptr Parse(const std::string& der) {
  const unsigned char* next = AsUnsigned(der);
  return X509Ptr(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
}

// Whether a decoder of a provider made the key: one that was searched for.
bool IsSearchedFor(const OpenSslCertificate& certificate) {
  const X509Ptr parsed = Parse(certificate.der);
  const EVP_PKEY* const key = X509_get0_pubkey(parsed.get());
  EXPECT_NE(key, nullptr) << DrainOpenSslErrors();
  return key != nullptr && EVP_PKEY_get0_provider(key) != nullptr;
}

// A provider that this machine may have been configured for; it has nothing.
int StartOther(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions,
               void** context) {
  static const OSSL_DISPATCH kNone[] = {{0, nullptr}};
  static int something = 0;
  *functions = kNone;
  *context = &something;
  return 1;
}

// The engine is registered once for a process, so all is in one test.
TEST(PublicKeyDecodingTest, EcKeysOfCertificatesAreDecodedByOpenSslsOwnMethod) {
  const OpenSslCertificate ca = Make("P-256");
  const OpenSslCertificate leaf = Make("P-384", &ca);
  const OpenSslCertificate other = Make("P-256");
  ASSERT_TRUE(IsSearchedFor(ca));

  // Where another provider may have EC keys, nothing is registered.
  ASSERT_EQ(OSSL_PROVIDER_add_builtin(nullptr, "other", StartOther), 1);
  OsslProviderPtr provider(OSSL_PROVIDER_load(nullptr, "other"));
  OsslProviderPtr usual(OSSL_PROVIDER_load(nullptr, "default"));
  ASSERT_NE(provider, nullptr);
  ASSERT_TRUE(DecodeEcKeysWithoutSearch().ok());
  EXPECT_TRUE(IsSearchedFor(ca));
  provider.reset();

  for (int i = 0; i < 2; ++i) {  // the second time there is nothing left to do
    const absl::Status status = DecodeEcKeysWithoutSearch();
    ASSERT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
  const bool remembers = OpenSSL_version_num() >= 0x30200000UL;
  EXPECT_EQ(IsSearchedFor(ca), remembers);
  EXPECT_EQ(IsSearchedFor(leaf), remembers);

  const X509Ptr parsed_ca = Parse(ca.der);
  const X509Ptr parsed_leaf = Parse(leaf.der);
  const X509Ptr parsed_other = Parse(other.der);
  EXPECT_EQ(X509_verify(parsed_leaf.get(), X509_get0_pubkey(parsed_ca.get())), 1);
  EXPECT_NE(X509_verify(parsed_leaf.get(), X509_get0_pubkey(parsed_other.get())), 1);
  EXPECT_EQ(X509_check_private_key(parsed_leaf.get(), leaf.key.get()), 1);
  EXPECT_NE(X509_check_private_key(parsed_ca.get(), other.key.get()), 1);
  ERR_clear_error();
}

TEST(PublicKeyDecodingTest, APointThatIsNotOnTheCurveIsNoKey) {
  ASSERT_TRUE(DecodeEcKeysWithoutSearch().ok());
  const auto key = GeneratePrivateKey(KeyType::kP256);
  ASSERT_TRUE(key.ok()) << key.status();
  std::string spki = EncodePublicKey(key->get()).value();
  const auto decode = [&spki] {
    const unsigned char* next = AsUnsigned(spki);
    return EvpPkeyPtr(d2i_PUBKEY(nullptr, &next, static_cast<long>(spki.size())));
  };
  EXPECT_NE(decode(), nullptr);
  spki.back() = static_cast<char>(spki.back() ^ 1);
  EXPECT_EQ(decode(), nullptr);
  ERR_clear_error();
}

TEST(PublicKeyDecodingTest, KeysOfEveryTypeAreStillGeneratedAndRead) {
  ASSERT_TRUE(DecodeEcKeysWithoutSearch().ok());
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const auto key = GeneratePrivateKey(type);
    ASSERT_TRUE(key.ok()) << KeyTypeName(type) << ": " << key.status();
    const auto pem = EncodePrivateKey(key->get());
    ASSERT_TRUE(pem.ok()) << KeyTypeName(type) << ": " << pem.status();
    const auto again = DecodePrivateKey(pem->view(), SecretBytes());
    ASSERT_TRUE(again.ok()) << KeyTypeName(type) << ": " << again.status();
    EXPECT_EQ(EVP_PKEY_eq(key->get(), again->get()), 1) << KeyTypeName(type);
  }
}

}  // namespace
}  // namespace fleetca
