#include "service/edge/tls_credentials.h"

#include <grpcpp/security/tls_credentials_options.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/edge/tls_check.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// How often gRPC looks at the files in memory.
constexpr unsigned kRefreshSeconds = 1;

std::vector<WatchedFile> FilesOf(const TlsPaths& paths) {
  std::vector<WatchedFile> files = {{paths.certificate}, {paths.private_key, /*secret=*/true}};
  if (!paths.client_ca.empty()) {
    files.push_back({paths.client_ca});
  }
  return files;
}

}  // namespace

ServerTls::ServerTls(const TlsPaths& paths, const Clock& clock, Accept accept)
    : paths_(paths), clock_(clock), accept_(std::move(accept)) {}

absl::StatusOr<std::unique_ptr<ServerTls>> ServerTls::Create(const TlsPaths& paths,
                                                             FileWatcher& watcher,
                                                             const Clock& clock, Accept accept) {
  auto tls = absl::WrapUnique(new ServerTls(paths, clock, std::move(accept)));
  FLEETCA_ASSIGN_OR_RETURN(tls->identity_, MemoryFile::Create(""));
  if (!paths.client_ca.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(tls->client_roots_, MemoryFile::Create(""));
  }
  tls->files_ = std::make_unique<WatchedFiles>(
      "the server's TLS files", FilesOf(paths),
      [self = tls.get()](absl::Span<const SecretBytes> contents) {
        return self->SwitchTo(contents);
      },
      watcher.reader(),
      paths.logged_elsewhere ? WatchedFiles::Faults::kLoggedElsewhere
                             : WatchedFiles::Faults::kLogged);
  FLEETCA_RETURN_IF_ERROR(tls->files_->Load());
  tls->provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->identity_->path(), tls->identity_->path(),
      tls->client_roots_ == nullptr ? "" : tls->client_roots_->path(), kRefreshSeconds);
  watcher.Watch(*tls->files_);
  return tls;
}

absl::Status ServerTls::SwitchTo(absl::Span<const SecretBytes> contents) {
  FLEETCA_ASSIGN_OR_RETURN(
      const SecretBytes identity,
      CheckServerIdentity({paths_.certificate, contents[0].view()},
                          {paths_.private_key, contents[1].view()}, clock_.Now()));
  ClientRoots roots;
  Descriptor shown_roots;
  if (client_roots_ != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(roots, CheckClientRoots({paths_.client_ca, contents[2].view()}));
    FLEETCA_ASSIGN_OR_RETURN(shown_roots, MemoryFile::Write(roots.pem));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> chain,
                           x509::DecodePem(x509::kPemCertificate, contents[0].view()));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate own, x509::ParseCertificate(chain.front()));
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor shown_identity, MemoryFile::Write(identity.view()));
  if (const absl::Status accepted = accept_ == nullptr ? absl::OkStatus() : accept_(own);
      !accepted.ok()) {
    return Annotate(accepted, paths_.certificate);
  }
  // Nothing fails from here on, so no half of a change is ever in use.
  if (client_roots_ != nullptr) {
    client_roots_->Show(shown_roots);
  }
  identity_->Show(shown_identity);
  {
    absl::MutexLock lock(&mutex_);
    in_use_ = {SecretBytes(contents[0].view()), SecretBytes(contents[1].view())};
  }
  expiry_ = absl::ToUnixSeconds(own.not_after);
  if (!roots.left_out.empty()) {
    log::Warning("Certificates of client_ca_file are left out, and no client can chain to them",
                 {{"file", paths_.client_ca}, {"why", absl::StrJoin(roots.left_out, "; ")}});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls::CredentialsForCertificates()
    const {
  if (client_roots_ == nullptr) {
    return Internal(Reason::kInternal, "client certificates are asked for without roots for them");
  }
  return MakeCredentials(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls::CredentialsForBearers() const {
  return MakeCredentials(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
}

ServerTls::Pair ServerTls::PairInUse() const {
  absl::MutexLock lock(&mutex_);
  return {SecretBytes(in_use_.certificate.view()), SecretBytes(in_use_.private_key.view())};
}

absl::Status ServerTls::CheckNotExpired() const {
  const absl::Time expiry = absl::FromUnixSeconds(expiry_);
  if (clock_.Now() < expiry) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("The server's certificate expired at ",
                   absl::FormatTime(absl::RFC3339_sec, expiry, absl::UTCTimeZone()),
                   ", and no client connects; put a new one in ", paths_.certificate));
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerTls::MakeCredentials(
    grpc_ssl_client_certificate_request_type request) const {
  grpc::experimental::TlsServerCredentialsOptions options(provider_);
  options.watch_identity_key_cert_pairs();
  if (request != GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE) {
    options.watch_root_certs();
  }
  options.set_cert_request_type(request);
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::TlsServerCredentials(options);
  if (credentials == nullptr) {
    return Internal(Reason::kInternal, "gRPC refused the TLS options");
  }
  return credentials;
}

}  // namespace fleetca::service
