#include "client/agent/embed/rotating_tls.h"

#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/files/placed_file.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace fleetca::client {
namespace {

// How often gRPC looks at the files in memory.
constexpr unsigned kRefreshSeconds = 1;
constexpr char kBundle[] = "bundle";
constexpr char kRoots[] = "roots";

struct Texts {
  SecretBytes bundle;
  SecretBytes roots;
};

// Judged as the agent's files are.
absl::StatusOr<Texts> TextsOf(const Credential& credential) {
  FLEETCA_ASSIGN_OR_RETURN(
      std::vector<PlacedFile> files,
      MakeCredentialFiles(credential, {.credential_bundle = kBundle, .trust_bundle = kRoots}));
  Texts texts;
  for (PlacedFile& file : files) {
    (file.name == kBundle ? texts.bundle : texts.roots) = std::move(file.contents);
  }
  return texts;
}

}  // namespace

RotatingTls::RotatingTls(std::unique_ptr<MemoryFile> identity, std::unique_ptr<MemoryFile> roots)
    : identity_(std::move(identity)), roots_(std::move(roots)) {}

absl::StatusOr<std::unique_ptr<RotatingTls>> RotatingTls::Create(const Credential& first) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<MemoryFile> identity, MemoryFile::Create(""));
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<MemoryFile> roots, MemoryFile::Create(""));
  auto tls = absl::WrapUnique(new RotatingTls(std::move(identity), std::move(roots)));
  FLEETCA_RETURN_IF_ERROR(tls->Show(first));
  tls->provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->identity_->path(), tls->identity_->path(), tls->roots_->path(), kRefreshSeconds);
  return tls;
}

absl::Status RotatingTls::Show(const Credential& credential) {
  FLEETCA_ASSIGN_OR_RETURN(const Texts texts, TextsOf(credential));
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor bundle, MemoryFile::Write(texts.bundle.view()));
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor roots, MemoryFile::Write(texts.roots.view()));
  // Nothing fails from here on, so no half of a change is ever in use.
  roots_->Show(roots);
  identity_->Show(bundle);
  return absl::OkStatus();
}

std::shared_ptr<grpc::ServerCredentials> RotatingTls::MakeServerCredentials() const {
  grpc::experimental::TlsServerCredentialsOptions options(provider_);
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> RotatingTls::MakeChannelCredentials() const {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider_);
  options.watch_identity_key_cert_pairs();
  options.watch_root_certs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace fleetca::client
