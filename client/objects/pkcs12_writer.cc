#include "client/objects/pkcs12_writer.h"

#include <array>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/objects/pkcs12_parts.h"

namespace fleetca::client {
namespace {

constexpr int kMacSaltBytes = 16;
constexpr size_t kAliasBytes = 8;

using ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpenSslDeleter<ASN1_OBJECT_free>>;

struct FreeCertificates {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

absl::Status Failed() {
  return OpenSslError(Reason::kInternal, "The PKCS#12 file could not be made");
}

// The encryption ends a passphrase at a NUL and the MAC does not: nobody could open the file.
absl::Status CheckPassphrase(const SecretBytes& passphrase) {
  return passphrase.view().find('\0') == absl::string_view::npos
             ? absl::OkStatus()
             : FailedPrecondition(Reason::kPassphraseInvalid,
                                  "The passphrase of a PKCS#12 file has a NUL octet in it, which "
                                  "PKCS#12 cannot have; take another one");
}

X509Ptr Decode(absl::string_view der) {
  const unsigned char* at = AsUnsigned(der);
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

// Adds the MAC, and encodes it.
absl::StatusOr<SecretBytes> Finish(PKCS12* file, const SecretBytes& passphrase, const EVP_MD* mac) {
  const absl::string_view text = passphrase.view();
  if (file == nullptr || PKCS12_set_mac(file, text.data(), static_cast<int>(text.size()), nullptr,
                                        kMacSaltBytes, kPkcs12Iterations, mac) != 1) {
    return Failed();
  }
  unsigned char* der = nullptr;
  const int size = i2d_PKCS12(file, &der);
  if (size <= 0) {
    return Failed();
  }
  SecretBytes octets(
      absl::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
  OPENSSL_clear_free(der, static_cast<size_t>(size));
  return octets;
}

// A certificate with its alias, marked as trusted for every use.
bool AddTrusted(absl::string_view der, STACK_OF(PKCS12_SAFEBAG) * bags) {
  const X509Ptr certificate = Decode(der);
  const ObjectPtr any_use(OBJ_txt2obj("2.5.29.37.0", 1));
  if (certificate == nullptr || any_use == nullptr) {
    return false;
  }
  PKCS12_SAFEBAG* const bag = PKCS12_add_cert(&bags, certificate.get());
  const std::array<char, 32> digest = Sha256(der);
  const std::string alias =
      absl::StrCat("root-", absl::BytesToHexString(absl::string_view(digest.data(), kAliasBytes)));
  return bag != nullptr && PKCS12_add_friendlyname_utf8(bag, alias.c_str(), -1) == 1 &&
         PKCS12_add1_attr_by_txt(bag, kTrustedKeyUsage, V_ASN1_OBJECT,
                                 reinterpret_cast<const unsigned char*>(any_use.get()), -1) == 1;
}

}  // namespace

absl::StatusOr<SecretBytes> EncodeKeystore(EVP_PKEY* key, absl::string_view certificate_der,
                                           absl::Span<const std::string> chain_der,
                                           const std::string& alias, const SecretBytes& passphrase,
                                           Pkcs12Strength strength) {
  FLEETCA_RETURN_IF_ERROR(CheckPassphrase(passphrase));
  const bool legacy = strength == Pkcs12Strength::kLegacy;
  const int cipher = legacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc;
  const X509Ptr certificate = Decode(certificate_der);
  const CertificatesPtr chain(sk_X509_new_null());
  if (certificate == nullptr || chain == nullptr) {
    return Failed();
  }
  for (const std::string& der : chain_der) {
    X509Ptr issuer = Decode(der);
    if (issuer == nullptr || sk_X509_push(chain.get(), issuer.get()) == 0) {
      return Failed();
    }
    static_cast<void>(issuer.release());  // the stack's own now
  }
  constexpr int kWithoutMac = -1;
  std::string text(passphrase.view());
  const Pkcs12Ptr file(PKCS12_create(text.c_str(), alias.empty() ? nullptr : alias.c_str(), key,
                                     certificate.get(), chain.get(), cipher, cipher,
                                     kPkcs12Iterations, kWithoutMac, 0));
  WipeString(text);
  return Finish(file.get(), passphrase, legacy ? EVP_sha1() : EVP_sha256());
}

absl::StatusOr<SecretBytes> EncodeTruststore(absl::Span<const std::string> certificates_der,
                                             const SecretBytes& passphrase) {
  FLEETCA_RETURN_IF_ERROR(CheckPassphrase(passphrase));
  const BagsPtr bags(sk_PKCS12_SAFEBAG_new_null());
  SafesPtr safes;
  for (const std::string& der : certificates_der) {
    if (bags == nullptr || !AddTrusted(der, bags.get())) {
      return Failed();
    }
  }
  std::string text(passphrase.view());
  STACK_OF(PKCS7)* made = nullptr;
  const int added =
      PKCS12_add_safe(&made, bags.get(), NID_aes_256_cbc, kPkcs12Iterations, text.c_str());
  safes.reset(made);
  WipeString(text);
  if (added != 1) {
    return Failed();
  }
  const Pkcs12Ptr file(PKCS12_add_safes(safes.get(), 0));
  return Finish(file.get(), passphrase, EVP_sha256());
}

}  // namespace fleetca::client
