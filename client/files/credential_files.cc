#include "client/files/credential_files.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr mode_t kMostSecretMode = 0640;

std::string EncodeAll(absl::Span<const std::string> certificates_der) {
  std::string pem;
  for (const std::string& der : certificates_der) {
    absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  return pem;
}

// Leaves no copy of the parts behind.
SecretBytes Join(absl::string_view first, absl::string_view second) {
  std::string joined;
  const absl::Cleanup wipe = [&joined] { WipeString(joined); };
  joined.reserve(first.size() + second.size());
  absl::StrAppend(&joined, first, second);
  return SecretBytes(joined);
}

absl::Status CheckOptions(const CredentialFileOptions& options) {
  if ((options.secret_mode & ~kMostSecretMode) != 0) {
    return InvalidArgument(
        Reason::kConfigInvalid, "",
        absl::StrFormat("The mode %04o would show the private key to everybody, or let others "
                        "write it; %04o is the most",
                        options.secret_mode, kMostSecretMode));
  }
  if (options.credential_bundle.empty() && options.private_key.empty() &&
      options.certificate.empty() && options.combined.empty() && options.trust_bundle.empty()) {
    return InvalidArgument(Reason::kConfigInvalid, "",
                           "No file is asked for; name one, such as credential-bundle.pem");
  }
  return absl::OkStatus();
}

// As PKCS#8, whatever it came as.
absl::StatusOr<SecretBytes> KeyOf(const Credential& credential) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(credential.certificate_der));
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key,
                           DecodePrivateKey(credential.private_key_pem.view(), SecretBytes()));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key.get()));
  if (spki != certificate.public_key.spki) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The private key is not the key of the certificate; nothing was "
                              "written. Ask for a certificate for this key");
  }
  return EncodePrivateKey(key.get());
}

}  // namespace

absl::StatusOr<std::vector<PlacedFile>> MakeCredentialFiles(const Credential& credential,
                                                            const CredentialFileOptions& options) {
  FLEETCA_RETURN_IF_ERROR(CheckOptions(options));
  if (!options.trust_bundle.empty() && credential.roots_der.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat("There is no root for ", options.trust_bundle,
                                           ", and a program that reads an empty file trusts "
                                           "nobody; ask the CA for its bundle"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key, KeyOf(credential));
  const std::string certificates =
      absl::StrCat(x509::EncodePem(x509::kPemCertificate, credential.certificate_der),
                   EncodeAll(credential.chain_der));
  std::vector<PlacedFile> files;
  const auto add = [&files](const std::string& name, SecretBytes contents, mode_t mode) {
    if (!name.empty()) {
      files.push_back({.name = name, .contents = std::move(contents), .mode = mode});
    }
  };
  add(options.credential_bundle, Join(key.view(), certificates), options.secret_mode);
  add(options.private_key, SecretBytes(key.view()), options.secret_mode);
  add(options.certificate, SecretBytes(certificates), options.public_mode);
  add(options.combined, Join(certificates, key.view()), options.secret_mode);
  add(options.trust_bundle, SecretBytes(EncodeAll(credential.roots_der)), options.public_mode);
  return files;
}

absl::StatusOr<Credential> ParseCredentialFile(absl::string_view contents) {
  constexpr absl::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr absl::string_view kEnd = "-----END CERTIFICATE-----";
  const size_t begin = std::min(contents.find(kBegin), contents.size());
  const size_t last = contents.rfind(kEnd);
  const size_t end =
      last == absl::string_view::npos || last < begin ? contents.size() : last + kEnd.size();
  // The key stands before all certificates or after them.
  const absl::string_view key =
      absl::StripAsciiWhitespace(begin > 0 ? contents.substr(0, begin) : contents.substr(end));
  FLEETCA_ASSIGN_OR_RETURN(
      const std::vector<std::string> ders,
      x509::DecodePem(x509::kPemCertificate, contents.substr(begin, end - begin)));
  Credential credential;
  credential.private_key_pem = SecretBytes(key);
  credential.certificate_der = ders.front();
  credential.chain_der.assign(ders.begin() + 1, ders.end());
  return credential;
}

}  // namespace fleetca::client
