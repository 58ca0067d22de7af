#include "client/tls_identity.h"

#include <fcntl.h>

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

absl::StatusOr<std::string> ReadOfKind(absl::string_view path, FileKind kind) {
  return kind == FileKind::kAny ? ReadFile(path)
                                : ReadRegularFile(path, kind == FileKind::kOwn ? O_NOFOLLOW : 0);
}

absl::StatusOr<std::vector<std::string>> ReadCertificates(absl::string_view path, FileKind kind) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadOfKind(path, kind));
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
        absl::StrCat(
            "the client certificate ", path, " expired at ", TimeToWords(certificate.not_after),
            ", and this machine's clock says ", TimeToWords(now),
            ": set the clock if it is ahead, or get a new one (while its profile gives it a "
            "grace: fleetca cert renew --bootstrap HOST:PORT; an operator's: stop the "
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

// gRPC would take the roots of the machine's browsers in the place of none.
absl::Status CheckComplete(const TlsParts& parts, const TlsFiles& files) {
  if (parts.roots_der.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("there are no roots to verify the CA's server by (", files.ca_file, ")"));
  }
  if (parts.chain_der.empty()) {
    return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("there is no client certificate (",
                                                                 files.certificate_file, ")"));
  }
  return absl::OkStatus();
}

// The certificate's key. The server would refuse a key that is not the certificate's with no more
// than a TLS alert.
absl::StatusOr<std::shared_ptr<EVP_PKEY>> KeyOf(const x509::Certificate& certificate,
                                                const SecretBytes& key_pem, const TlsFiles& files) {
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
  return *std::move(key);
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

absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file, FileKind kind) {
  return ReadCertificates(ca_file, kind);
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

absl::StatusOr<TlsParts> ReadTlsParts(const TlsFiles& files, FileKind kind) {
  TlsParts parts;
  FLEETCA_ASSIGN_OR_RETURN(parts.roots_der, ReadCertificates(files.ca_file, kind));
  FLEETCA_ASSIGN_OR_RETURN(parts.chain_der, ReadCertificates(files.certificate_file, kind));
  FLEETCA_ASSIGN_OR_RETURN(parts.private_key_pem, ReadSecretFile(files.private_key_file));
  return parts;
}

absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files, absl::Time now,
                                            EndedCertificate ended) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsParts parts, ReadTlsParts(files));
  return MakeTlsIdentity(parts, files, now, ended);
}

absl::StatusOr<TlsIdentity> MakeTlsIdentity(const TlsParts& parts, const TlsFiles& files,
                                            absl::Time now, EndedCertificate ended) {
  FLEETCA_RETURN_IF_ERROR(CheckComplete(parts, files));
  TlsIdentity identity;
  identity.roots_der = parts.roots_der;
  const std::vector<std::string>& chain = parts.chain_der;
  absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(chain.front());
  if (!certificate.ok()) {
    return Annotate(certificate.status(), files.certificate_file);
  }
  FLEETCA_ASSIGN_OR_RETURN(identity.key, KeyOf(*certificate, parts.private_key_pem, files));
  const bool has_ended = now > certificate->not_after;
  if (!has_ended || ended == EndedCertificate::kRefuse) {
    FLEETCA_RETURN_IF_ERROR(CheckValidity(*certificate, files.certificate_file, now));
  }

  identity.public_key = std::string(certificate->public_key.spki);
  identity.certificate_der = chain.front();
  if (const absl::string_view own = certificate->SpiffeId(); !own.empty()) {
    identity.identity = std::string(own);
    identity.ca_identity = x509::ServerIdentity(x509::SpiffeTrustDomain(own));
  }
  FLEETCA_ASSIGN_OR_RETURN(identity.server_identity, ServerIdentityFor(files, *certificate));

  ServerTls tls;
  tls.roots_der = identity.roots_der;
  tls.server_identity = identity.server_identity;
  if (!has_ended || ended == EndedCertificate::kShown) {
    // Written as gRPC's reader of PEM wants it, which takes less than ours.
    FLEETCA_ASSIGN_OR_RETURN(const SecretBytes key, EncodePrivateKey(identity.key.get()));
    tls.certificate_chain_pem = ToPem(chain);
    tls.private_key_pem = std::string(key.view());
  }
  identity.credentials = ServerCredentials(tls);
  WipeString(tls.private_key_pem);
  return identity;
}

}  // namespace fleetca::client
