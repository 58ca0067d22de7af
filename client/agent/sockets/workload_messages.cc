#include "client/agent/sockets/workload_messages.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "spiffe/workload/workload.pb.h"

namespace fleetca::client {
namespace {

// Clients take messages of 4 MiB, as gRPC does where nobody says otherwise.
constexpr size_t kMostCrlBytes = size_t{3} << 20;

// Those that fit: nobody is to lose a certificate for the CRLs beside it.
SharedCrls CrlsOf(const HeldIdentity& held) {
  size_t size = 0;
  for (const std::shared_ptr<const std::string>& crl : held.crls) {
    size += crl->size();
  }
  return size <= kMostCrlBytes ? held.crls : SharedCrls();
}

// PKCS#8, DER, whatever it came as.
absl::StatusOr<SecretBytes> Pkcs8Of(const SecretBytes& private_key_pem) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key,
                           DecodePrivateKey(private_key_pem.view(), SecretBytes()));
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(key.get()));
  unsigned char* der = nullptr;
  const int size = info == nullptr ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  if (size <= 0) {
    return Internal(Reason::kInternal, "OpenSSL did not encode the private key as PKCS#8");
  }
  const absl::Cleanup wipe = [der, size] { OPENSSL_clear_free(der, static_cast<size_t>(size)); };
  return SecretBytes(
      absl::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
}

std::string TrustDomainId(const HeldIdentity& held) {
  return absl::StrCat("spiffe://", held.trust_domain);
}

}  // namespace

const std::vector<std::string>& RootsOf(const HeldIdentity& held) {
  return held.roots_der.empty() && held.credential != nullptr ? held.credential->roots_der
                                                              : held.roots_der;
}

absl::StatusOr<SharedOctets> MakeX509Svid(const HeldIdentity& held) {
  if (held.credential == nullptr || RootsOf(held).empty()) {
    return SharedOctets();
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key, Pkcs8Of(held.credential->private_key_pem));
  X509SVIDResponse response;
  X509SVID& svid = *response.add_svids();
  svid.set_spiffe_id(held.spiffe_id);
  svid.set_x509_svid(absl::StrCat(held.credential->certificate_der,
                                  absl::StrJoin(held.credential->chain_der, "")));
  svid.set_x509_svid_key(key.view().data(), key.size());
  const absl::Cleanup wipe = [&svid] { WipeString(*svid.mutable_x509_svid_key()); };
  svid.set_bundle(absl::StrJoin(RootsOf(held), ""));
  svid.set_hint(held.hint);
  for (const std::shared_ptr<const std::string>& crl : CrlsOf(held)) {
    response.add_crl(*crl);
  }
  return ToOctets(response);
}

SharedOctets MakeX509Bundles(const HeldIdentity& held) {
  if (RootsOf(held).empty()) {
    return nullptr;
  }
  X509BundlesResponse response;
  for (const std::shared_ptr<const std::string>& crl : CrlsOf(held)) {
    response.add_crl(*crl);
  }
  (*response.mutable_bundles())[TrustDomainId(held)] = absl::StrJoin(RootsOf(held), "");
  return ToOctets(response);
}

}  // namespace fleetca::client
