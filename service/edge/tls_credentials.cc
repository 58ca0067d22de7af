#include "service/edge/tls_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

constexpr unsigned kRefreshSeconds = 5;

absl::Status CheckCertificates(const std::string& path, std::string* first) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  const absl::StatusOr<std::vector<std::string>> ders = x509::DecodePem(x509::kPemCertificate, pem);
  if (!ders.ok()) {
    return Annotate(ders.status(), path);
  }
  for (const std::string& der : *ders) {
    if (const auto parsed = x509::ParseCertificate(der); !parsed.ok()) {
      return Annotate(parsed.status(), path);
    }
  }
  *first = ders->front();
  return absl::OkStatus();
}

// gRPC reports nothing about files it cannot use: it refuses every handshake. So look at them
// first.
absl::Status CheckFiles(const ListenerConfig& config) {
  std::string leaf;
  std::string root;
  FLEETCA_RETURN_IF_ERROR(CheckCertificates(config.certificate_file, &leaf));
  FLEETCA_RETURN_IF_ERROR(CheckCertificates(config.client_ca_file, &root));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes pem, ReadSecretFile(config.private_key_file));
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(pem.view(), SecretBytes());
  if (!key.ok()) {
    return Annotate(key.status(), config.private_key_file);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string public_key, EncodePublicKey(key->get()));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(leaf));
  if (certificate.public_key.spki != public_key) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(config.private_key_file, " is not the key of ", config.certificate_file,
                     "; give the two files that were made together"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CreateCredentials(
    const ListenerConfig& config, grpc_ssl_client_certificate_request_type request) {
  FLEETCA_RETURN_IF_ERROR(CheckFiles(config));
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          config.private_key_file, config.certificate_file, config.client_ca_file,
          kRefreshSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(request);
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::TlsServerCredentials(options);
  if (credentials == nullptr) {
    return Internal(Reason::kInternal, "gRPC refused the TLS options");
  }
  return credentials;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CreateTlsCredentials(
    const ListenerConfig& config) {
  return CreateCredentials(config, GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CreateBootstrapCredentials(
    const ListenerConfig& config) {
  return CreateCredentials(config, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
}

}  // namespace fleetca::service
