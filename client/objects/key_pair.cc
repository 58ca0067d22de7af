#include "client/objects/key_pair.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/secret.h"
#include "x509/der/der.h"

namespace fleetca::client {
namespace {

namespace der = x509::der;

using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;

EvpPkeyPtr Decode(absl::string_view octets) {
  const unsigned char* cursor = AsUnsigned(octets);
  const Pkcs8InfoPtr info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(octets.size())));
  const bool whole = info != nullptr && cursor == AsUnsigned(octets) + octets.size();
  return EvpPkeyPtr(whole ? EVP_PKCS82PKEY(info.get()) : nullptr);
}

// Whether `octets`, those of a BIT STRING, are the public half of the key.
bool IsPublicHalf(const EVP_PKEY* key, absl::string_view octets) {
  unsigned char* spki = nullptr;
  const int size = i2d_PUBKEY(key, &spki);
  if (size <= 0) {
    return false;
  }
  const absl::Cleanup free = [spki] { OPENSSL_free(spki); };
  der::Reader reader(
      absl::string_view(reinterpret_cast<const char*>(spki), static_cast<size_t>(size)));
  der::Reader fields;
  absl::string_view algorithm;
  absl::string_view own;
  return reader.ReadNested(der::kSequence, &fields) &&
         fields.ReadElement(der::kSequence, &algorithm) && fields.ReadBitStringOctets(&own) &&
         own == octets;
}

// publicKey [1] IMPLICIT BIT STRING; some programs wrote it EXPLICIT.
bool ReadPublicHalf(der::Reader* fields, absl::string_view* octets) {
  der::Reader bits;
  if (fields->PeekTag() == der::ContextConstructed(1)) {
    return fields->ReadNested(der::ContextConstructed(1), &bits) &&
           bits.ReadBitStringOctets(octets) && bits.empty();
  }
  absl::string_view contents;
  if (!fields->Read(der::ContextPrimitive(1), &contents) || contents.empty() ||
      contents[0] != '\0') {
    return false;
  }
  *octets = contents.substr(1);
  return true;
}

// OneAsymmetricKey ::= SEQUENCE { version, privateKeyAlgorithm, privateKey OCTET STRING,
//   attributes [0] OPTIONAL, publicKey [1] BIT STRING OPTIONAL }, of which OpenSSL 3.0 reads
//   version
// 1 alone.
EvpPkeyPtr DecodeVersion2(absl::string_view octets) {
  der::Reader element(octets);
  der::Reader fields;
  der::Reader attributes;
  uint64_t version = 0;
  bool present = false;
  absl::string_view algorithm;
  absl::string_view private_half;
  absl::string_view public_half;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty() ||
      !fields.ReadUint63(&version) || version > 1 ||
      !fields.ReadElement(der::kSequence, &algorithm) ||
      !fields.ReadElement(der::kOctetString, &private_half) ||
      !fields.ReadOptional(der::ContextConstructed(0), &attributes, &present) ||
      !ReadPublicHalf(&fields, &public_half) || !fields.empty()) {
    return nullptr;
  }
  std::string contents;
  std::string version_1;
  const absl::Cleanup wipe = [&contents, &version_1] {
    WipeString(contents);
    WipeString(version_1);
  };
  // Nothing grows after it holds the key, so that no copy of it stays behind.
  contents.reserve(octets.size() + 16);
  version_1.reserve(octets.size() + 16);
  der::Writer inner(&contents);
  inner.Integer(0);
  inner.Raw(algorithm);
  inner.Raw(private_half);
  der::Writer(&version_1).Element(der::kSequence, contents);
  EvpPkeyPtr key = Decode(version_1);
  return key != nullptr && IsPublicHalf(key.get(), public_half) ? std::move(key) : nullptr;
}

// False where what the private half signs does not verify with the public half.
bool IsPair(EVP_PKEY* key) {
  constexpr absl::string_view kMessage = "Do the two halves of this key belong together?";
  const ScopedOpenSslErrorQueue queue;
  const MdCtxPtr signing(EVP_MD_CTX_new());
  const MdCtxPtr verifying(EVP_MD_CTX_new());
  if (signing == nullptr || verifying == nullptr ||
      EVP_DigestSignInit(signing.get(), nullptr, nullptr, nullptr, key) != 1) {
    return true;
  }
  size_t size = 0;
  if (EVP_DigestSign(signing.get(), nullptr, &size, AsUnsigned(kMessage), kMessage.size()) != 1) {
    return true;
  }
  std::vector<unsigned char> signature(size);
  if (EVP_DigestSign(signing.get(), signature.data(), &size, AsUnsigned(kMessage),
                     kMessage.size()) != 1) {
    return true;  // it is too small, or restricted to another use
  }
  return EVP_DigestVerifyInit(verifying.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(verifying.get(), signature.data(), size, AsUnsigned(kMessage),
                          kMessage.size()) == 1;
}

// Nobody has larger keys.
constexpr int kMaxRsaBits = 16384;

bool IsRsa(EVP_PKEY* key) { return EVP_PKEY_is_a(key, "RSA") == 1; }

}  // namespace

std::string WhyUnusable(EVP_PKEY* key) {
  if (IsRsa(key) && EVP_PKEY_get_bits(key) > kMaxRsaBits) {
    return absl::StrCat("it is an RSA key of ", EVP_PKEY_get_bits(key), " bits, where ",
                        kMaxRsaBits, " are the most");
  }
  return IsPair(key) ? ""
                     : "its public half is another key's, so that nothing that it signs would "
                       "verify; fetch the file again, or make a new key";
}

int64_t IterationsOfCheck(EVP_PKEY* key) {
  const int64_t kilobits = IsRsa(key) ? std::min(EVP_PKEY_get_bits(key), kMaxRsaBits) / 1024 : 0;
  return 200 * kilobits * kilobits * kilobits;
}

EvpPkeyPtr KeyOfPkcs8Der(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  EvpPkeyPtr key = Decode(der);
  return key != nullptr ? std::move(key) : DecodeVersion2(der);
}

}  // namespace fleetca::client
