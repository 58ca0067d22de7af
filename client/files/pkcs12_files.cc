#include "client/files/pkcs12_files.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "client/files/own_pkcs12.h"
#include "client/objects/pkcs12_writer.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

// Under which the key's entry is found.
constexpr char kKeystoreAlias[] = "fleetca";

// The file of this name, where it is one of ours and holds exactly this.
std::optional<SecretBytes> InForce(const FileGenerations& place, const std::string& name,
                                   const SecretBytes& passphrase, const Pkcs12Contents& wanted) {
  absl::StatusOr<SecretBytes> octets = place.Read(name);
  if (!octets.ok()) {
    return std::nullopt;
  }
  const std::optional<Pkcs12Contents> found = ReadOwnPkcs12(octets->view(), passphrase);
  if (!found.has_value() || found->key_spki != wanted.key_spki ||
      found->certificates_der != wanted.certificates_der || found->trusted != wanted.trusted) {
    return std::nullopt;
  }
  return *std::move(octets);
}

absl::StatusOr<SecretBytes> MakeKeystore(const Credential& credential, const std::string& name,
                                         const SecretBytes& passphrase,
                                         const FileGenerations& place) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(credential.certificate_der));
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key,
                           DecodePrivateKey(credential.private_key_pem.view(), SecretBytes()));
  Pkcs12Contents wanted;
  FLEETCA_ASSIGN_OR_RETURN(wanted.key_spki, EncodePublicKey(key.get()));
  if (wanted.key_spki != certificate.public_key.spki) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The private key is not the key of the certificate; nothing was "
                              "written. Ask for a certificate for this key");
  }
  wanted.certificates_der = credential.chain_der;
  wanted.certificates_der.insert(wanted.certificates_der.begin(), credential.certificate_der);
  if (std::optional<SecretBytes> same = InForce(place, name, passphrase, wanted)) {
    return *std::move(same);
  }
  return EncodeKeystore(key.get(), credential.certificate_der, credential.chain_der, kKeystoreAlias,
                        passphrase);
}

absl::StatusOr<SecretBytes> MakeTruststore(const Credential& credential, const std::string& name,
                                           const SecretBytes& passphrase,
                                           const FileGenerations& place) {
  if (credential.roots_der.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat("There is no root for ", name,
                                           ", and a program that reads an empty file trusts "
                                           "nobody; ask the CA for its bundle"));
  }
  const Pkcs12Contents wanted = {.certificates_der = credential.roots_der,
                                 .trusted = credential.roots_der.size()};
  if (std::optional<SecretBytes> same = InForce(place, name, passphrase, wanted)) {
    return *std::move(same);
  }
  return EncodeTruststore(credential.roots_der, passphrase);
}

}  // namespace

absl::StatusOr<std::vector<PlacedFile>> MakePkcs12Files(const Credential& credential,
                                                        const Pkcs12FileOptions& options,
                                                        const SecretBytes& passphrase,
                                                        const FileGenerations& place) {
  std::vector<PlacedFile> files;
  if (!options.keystore.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(SecretBytes octets,
                             MakeKeystore(credential, options.keystore, passphrase, place));
    files.push_back(
        {.name = options.keystore, .contents = std::move(octets), .mode = options.secret_mode});
  }
  if (!options.truststore.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(SecretBytes octets,
                             MakeTruststore(credential, options.truststore, passphrase, place));
    files.push_back(
        {.name = options.truststore, .contents = std::move(octets), .mode = options.public_mode});
  }
  return files;
}

}  // namespace fleetca::client
