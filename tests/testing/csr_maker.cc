#include "tests/testing/csr_maker.h"

#include <cstdio>
#include <cstdlib>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/private_key.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/signature_algorithm.h"

namespace fleetca::testing {
namespace {

namespace der = x509::der;

void Check(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "test fixture: %s failed: %s\n", what, DrainOpenSslErrors().c_str());
    std::abort();
  }
}

const EVP_MD* HashOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
      return EVP_sha256();
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPssSha384:
      return EVP_sha384();
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha512:
      return EVP_sha512();
    case SignatureScheme::kEd25519:
      return nullptr;
  }
  return nullptr;
}

bool IsPss(SignatureScheme scheme) {
  return scheme == SignatureScheme::kRsaPssSha256 || scheme == SignatureScheme::kRsaPssSha384 ||
         scheme == SignatureScheme::kRsaPssSha512;
}

}  // namespace

EVP_PKEY* TestKey(KeyType type) {
  static absl::Mutex* const mutex = new absl::Mutex();
  static auto* const keys = new std::map<KeyType, EvpPkeyPtr>();
  absl::MutexLock lock(mutex);
  EvpPkeyPtr& key = (*keys)[type];
  if (key == nullptr) {
    key = NewTestKey(type);
  }
  return key.get();
}

EvpPkeyPtr NewTestKey(KeyType type) {
  auto key = GeneratePrivateKey(type);
  Check(key.ok(), "GeneratePrivateKey");
  return *std::move(key);
}

std::string TestPublicKey(const EVP_PKEY* key) {
  auto spki = EncodePublicKey(key);
  Check(spki.ok(), "EncodePublicKey");
  return *std::move(spki);
}

SignatureScheme DefaultScheme(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return SignatureScheme::kEcdsaSha256;
    case KeyType::kP384:
      return SignatureScheme::kEcdsaSha384;
    case KeyType::kRsa2048:
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      return SignatureScheme::kRsaPkcs1Sha256;
    case KeyType::kEd25519:
      return SignatureScheme::kEd25519;
  }
  return SignatureScheme::kEcdsaSha256;
}

std::string TestSignature(EVP_PKEY* key, SignatureScheme scheme, absl::string_view message) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  Check(EVP_DigestSignInit(context.get(), &key_context, HashOf(scheme), nullptr, key) == 1,
        "EVP_DigestSignInit");
  if (IsPss(scheme)) {
    Check(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1,
          "PSS padding");
  }
  size_t size = 0;
  Check(EVP_DigestSign(context.get(), nullptr, &size, AsUnsigned(message), message.size()) == 1,
        "EVP_DigestSign");
  std::string signature(size, '\0');
  Check(EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(message),
                       message.size()) == 1,
        "EVP_DigestSign");
  signature.resize(size);
  return signature;
}

std::string MakeExtension(absl::string_view oid, absl::string_view value, bool critical) {
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(oid);
  if (critical) {
    writer.Boolean(true);
  }
  writer.Element(der::kOctetString, value);
  return der::Encode(der::kSequence, contents);
}

std::string MakeAttribute(absl::string_view oid, absl::string_view values) {
  return der::Encode(der::kSequence,
                     absl::StrCat(der::Encode(der::kOid, oid), der::Encode(der::kSet, values)));
}

std::string MakeExtensionRequest(absl::string_view extensions) {
  return MakeAttribute(x509::oid::kExtensionRequest, der::Encode(der::kSequence, extensions));
}

std::string MakeCsrInfo(const CsrOptions& options) {
  EVP_PKEY* key = options.key != nullptr ? options.key : TestKey(options.key_type);
  std::string contents;
  der::Writer writer(&contents);
  writer.Integer(options.version);
  writer.Raw(options.subject);
  writer.Raw(options.spki.has_value() ? *options.spki : TestPublicKey(key));
  if (options.with_attributes) {
    std::string extensions;
    if (!options.names.empty()) {
      extensions =
          MakeExtension(x509::oid::kSubjectAltName, x509::BuildSubjectAltName(options.names));
    }
    extensions += options.extra_extensions;
    if (options.extensions.has_value()) {
      extensions = *options.extensions;
    }
    const std::string attributes = options.attributes.has_value() ? *options.attributes
                                   : extensions.empty()           ? std::string()
                                                        : MakeExtensionRequest(extensions);
    writer.Element(der::ContextConstructed(0), attributes);
  }
  return der::Encode(der::kSequence, contents);
}

std::string SignCsrInfo(const CsrOptions& options, absl::string_view info) {
  EVP_PKEY* key = options.key != nullptr ? options.key : TestKey(options.key_type);
  const SignatureScheme scheme = options.scheme.value_or(DefaultScheme(options.key_type));
  std::string contents;
  der::Writer writer(&contents);
  writer.Raw(info);
  writer.Raw(x509::AlgorithmIdentifier(scheme));
  writer.BitString(TestSignature(key, scheme, info));
  return der::Encode(der::kSequence, contents);
}

std::string MakeCsr(const CsrOptions& options) {
  return SignCsrInfo(options, MakeCsrInfo(options));
}

}  // namespace fleetca::testing
