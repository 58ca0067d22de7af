#include "client/tls_identity.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

absl::StatusOr<std::vector<std::string>> ReadCertificates(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  absl::StatusOr<std::vector<std::string>> certificates =
      x509::DecodePem(x509::kPemCertificate, text);
  if (!certificates.ok()) {
    return Annotate(certificates.status(), path);
  }
  return certificates;
}

std::string ToPem(const std::vector<std::string>& certificates) {
  std::string pem;
  for (const std::string& der : certificates) {
    absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  return pem;
}

absl::Status CheckValidity(const x509::Certificate& certificate, absl::string_view path,
                           absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  if (now > certificate.not_after) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        absl::StrCat("the client certificate ", path, " expired at ",
                     absl::FormatTime(absl::RFC3339_sec, certificate.not_after, utc),
                     ": get a new one"));
  }
  if (now < certificate.not_before) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        absl::StrCat("the client certificate ", path, " is valid only from ",
                     absl::FormatTime(absl::RFC3339_sec, certificate.not_before, utc),
                     ": is this machine's clock right?"));
  }
  return absl::OkStatus();
}

// The server would refuse a key that is not the certificate's with no more than a TLS alert.
absl::Status CheckKeyMatches(const SecretBytes& key_pem, const x509::Certificate& certificate,
                             const TlsFiles& files) {
  absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(key_pem.view(), SecretBytes());
  if (!key.ok()) {
    return Annotate(key.status(), files.private_key_file);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key->get()));
  if (spki != certificate.public_key.spki) {
    return InvalidArgument(
        Reason::kFileInvalid, "",
        absl::StrCat("the private key ", files.private_key_file,
                     " is not the key of the certificate ", files.certificate_file));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file) {
  return ReadCertificates(ca_file);
}

std::shared_ptr<grpc::ChannelCredentials> ServerVerifyingCredentials(
    const std::vector<std::string>& roots_der) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ToPem(roots_der);
  return grpc::SslCredentials(options);
}

absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files, absl::Time now) {
  TlsIdentity identity;
  FLEETCA_ASSIGN_OR_RETURN(identity.roots_der, ReadCertificates(files.ca_file));
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> chain,
                           ReadCertificates(files.certificate_file));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key_pem, ReadSecretFile(files.private_key_file));

  absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(chain.front());
  if (!certificate.ok()) {
    return Annotate(certificate.status(), files.certificate_file);
  }
  FLEETCA_RETURN_IF_ERROR(CheckKeyMatches(key_pem, *certificate, files));
  FLEETCA_RETURN_IF_ERROR(CheckValidity(*certificate, files.certificate_file, now));

  // gRPC's default, and its minimum, is TLS 1.2. It keeps its own copy of the key.
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ToPem(identity.roots_der);
  options.pem_cert_chain = ToPem(chain);
  options.pem_private_key = std::string(key_pem.view());
  identity.credentials = grpc::SslCredentials(options);
  WipeString(options.pem_private_key);
  return identity;
}

}  // namespace fleetca::client
