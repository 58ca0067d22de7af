#include "client/tls_identity.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/server_credentials.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/spiffe_id.h"

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
  if (now > certificate.not_after) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        absl::StrCat("the client certificate ", path, " expired at ",
                     TimeToWords(certificate.not_after), ", and this machine's clock says ",
                     TimeToWords(now),
                     ": set the clock if it is ahead, or get a new one (an operator's: stop the "
                     "server and run fleetca ca renew-admin --dir DIR, with the CA's folder)"));
  }
  if (now < certificate.not_before) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        absl::StrCat("the client certificate ", path, " is valid only from ",
                     TimeToWords(certificate.not_before), ", and this machine's clock says ",
                     TimeToWords(now), ": the clock is probably behind; set it"));
  }
  return absl::OkStatus();
}

// The certificate's key, written as gRPC's reader of PEM wants it, which takes less than ours. The
// server would refuse a key that is not the certificate's with no more than a TLS alert.
absl::StatusOr<SecretBytes> KeyOf(const x509::Certificate& certificate, const SecretBytes& key_pem,
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
  return EncodePrivateKey(key->get());
}

// The one that was given, or the CA's own in the trust domain of the client.
absl::StatusOr<std::string> ServerIdentityFor(const TlsFiles& files,
                                              const x509::Certificate& certificate) {
  if (!files.server_identity.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckServerIdentity(files.server_identity));
    return files.server_identity;
  }
  const absl::string_view own = certificate.SpiffeId();
  if (own.empty()) {
    return InvalidArgument(
        Reason::kServerIdentity, "server_identity",
        absl::StrCat("the client certificate ", files.certificate_file,
                     " has no SPIFFE ID to tell the trust domain of the CA from; give the server's "
                     "identity with --server-identity, such as "
                     "spiffe://fleet.example/svc/fleetca"));
  }
  return x509::ServerIdentity(x509::SpiffeTrustDomain(own));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file) {
  return ReadCertificates(ca_file);
}

absl::Status CheckServerIdentity(absl::string_view server_identity) {
  const char* problem = x509::SpiffeIdProblem(server_identity);
  if (problem == nullptr && x509::SpiffePath(server_identity).empty()) {
    problem = "has no path";
  }
  if (problem != nullptr) {
    return InvalidArgument(
        Reason::kServerIdentity, "server_identity",
        absl::StrCat("the server identity \"", absl::CHexEscape(server_identity), "\" ", problem,
                     "; give a SPIFFE ID such as spiffe://fleet.example/svc/fleetca"));
  }
  return absl::OkStatus();
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
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key, KeyOf(*certificate, key_pem, files));
  FLEETCA_RETURN_IF_ERROR(CheckValidity(*certificate, files.certificate_file, now));

  identity.public_key = std::string(certificate->public_key.spki);
  FLEETCA_ASSIGN_OR_RETURN(identity.server_identity, ServerIdentityFor(files, *certificate));

  ServerTls tls;
  tls.roots_der = identity.roots_der;
  tls.server_identity = identity.server_identity;
  tls.certificate_chain_pem = ToPem(chain);
  tls.private_key_pem = std::string(key.view());
  identity.credentials = ServerCredentials(tls);
  WipeString(tls.private_key_pem);
  return identity;
}

}  // namespace fleetca::client
