#include "x509/digest.h"

namespace fleetca::x509 {
namespace {

enum Hash { kSha256, kSha384, kSha512, kHashCount };

Hash HashOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
      return kSha256;
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPssSha384:
      return kSha384;
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha512:
    case SignatureScheme::kEd25519:
      return kSha512;
  }
  return kSha512;
}

struct Digests {
  Digests() : context(EVP_MD_CTX_new()) {
    static constexpr const char* kNames[kHashCount] = {"SHA2-256", "SHA2-384", "SHA2-512"};
    for (int i = 0; i < kHashCount; ++i) {
      mds[i].reset(EVP_MD_fetch(nullptr, kNames[i], nullptr));
    }
  }
  static Digests& ForThisThread() {
    static thread_local Digests digests;
    return digests;
  }

  std::array<EvpMdPtr, kHashCount> mds;
  EvpMdCtxPtr context;
};

}  // namespace

absl::string_view DigestFor(SignatureScheme scheme, absl::string_view message,
                            DigestBuffer* buffer) {
  const Digests& digests = Digests::ForThisThread();
  const EVP_MD* const md = digests.mds[HashOf(scheme)].get();
  unsigned int size = 0;
  if (digests.context == nullptr || md == nullptr ||
      EVP_DigestInit_ex(digests.context.get(), md, nullptr) != 1 ||
      EVP_DigestUpdate(digests.context.get(), message.data(), message.size()) != 1 ||
      EVP_DigestFinal_ex(digests.context.get(), AsUnsigned(buffer->data()), &size) != 1) {
    return "";
  }
  return absl::string_view(buffer->data(), size);
}

const EVP_MD* DigestAlgorithm(SignatureScheme scheme) {
  return Digests::ForThisThread().mds[HashOf(scheme)].get();
}

}  // namespace fleetca::x509
