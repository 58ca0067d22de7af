#include "service/net/tls_credentials.h"

#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
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
#include "base/time_text.h"
#include "service/net/tls_check.h"
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

// Each a sentence that begins with the file.
std::vector<std::string> WarningsOf(const TlsPaths& paths, const ServerChain& chain,
                                    const ClientRoots& roots) {
  std::vector<std::string> warnings;
  for (const std::string& warning : chain.warnings) {
    warnings.push_back(absl::StrCat(paths.certificate, ": ", warning));
  }
  if (!chain.left_out.empty()) {
    warnings.push_back(absl::StrCat(paths.certificate,
                                    ": certificates that clients do not need are not shown to "
                                    "them: ",
                                    absl::StrJoin(chain.left_out, "; ")));
  }
  if (!roots.left_out.empty()) {
    warnings.push_back(absl::StrCat(paths.client_ca,
                                    ": certificates are left out, and no client can chain to "
                                    "them: ",
                                    absl::StrJoin(roots.left_out, "; ")));
  }
  return warnings;
}

}  // namespace

ServerTls::ServerTls(const TlsPaths& paths, const Clock& clock, Accept accept, Trust trust,
                     bool expired_is_taken)
    : paths_(paths),
      clock_(clock),
      accept_(std::move(accept)),
      trust_(std::move(trust)),
      // The process that watches the files has judged the pair, and both ports show the same one.
      expired_is_taken_(expired_is_taken || paths.logged_elsewhere) {}

absl::StatusOr<std::unique_ptr<ServerTls>> ServerTls::Create(const TlsPaths& paths,
                                                             FileWatcher& watcher,
                                                             const Clock& clock, Accept accept,
                                                             Trust trust, TlsAtStart at_start) {
  auto tls = absl::WrapUnique(
      new ServerTls(paths, clock, std::move(accept), std::move(trust), at_start.expired_is_taken));
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
  if (const absl::Status loaded = tls->files_->Load(); !loaded.ok()) {
    if (at_start.instead == nullptr) {
      return loaded;
    }
    FLEETCA_ASSIGN_OR_RETURN(const TlsPair pair, at_start.instead(loaded));
    FLEETCA_RETURN_IF_ERROR(tls->Use(pair));
  }
  tls->provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->identity_->path(), tls->identity_->path(),
      tls->client_roots_ == nullptr ? "" : tls->client_roots_->path(), kRefreshSeconds);
  watcher.Watch(*tls->files_);
  return tls;
}

absl::StatusOr<CheckedPair> ServerTls::JudgePair(const SecretBytes& certificate,
                                                 const SecretBytes& key) const {
  const ServerTrust trust = trust_ == nullptr ? ServerTrust() : trust_();
  FLEETCA_ASSIGN_OR_RETURN(
      CheckedPair identity,
      CheckServerIdentity({paths_.certificate, certificate.view()},
                          {paths_.private_key, key.view()}, TimeFor(certificate.view()),
                          trust_ == nullptr ? nullptr : &trust));
  absl::MutexLock lock(&mutex_);
  if (rooted_ && !identity.chain.rooted) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(paths_.certificate,
                     ": its chain leads to no root of the trust bundle, as that of the certificate "
                     "in use does; give one that this CA issued, with the issuing CA's certificate "
                     "after it, or restart the server if its clients are given other roots by "
                     "--ca"));
  }
  return identity;
}

absl::Time ServerTls::TimeFor(absl::string_view certificate) const {
  const absl::Time now = clock_.Now();
  if (!expired_is_taken_) {
    return now;
  }
  // One that has expired is judged as in its last second.
  const absl::StatusOr<std::vector<std::string>> ders =
      x509::DecodePem(x509::kPemCertificate, certificate);
  const absl::StatusOr<x509::Certificate> own =
      ders.ok() ? x509::ParseCertificate(ders->front()) : ders.status();
  return own.ok() ? std::min(now, own->not_after - absl::Seconds(1)) : now;
}

absl::Status ServerTls::Use(const TlsPair& pair) {
  std::vector<SecretBytes> contents;
  contents.emplace_back(pair.certificate.view());
  contents.emplace_back(pair.private_key.view());
  if (!paths_.client_ca.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<SecretBytes> roots, ReadTogether({{paths_.client_ca}}));
    contents.push_back(std::move(roots.front()));
  }
  return SwitchTo(contents);
}

absl::Status ServerTls::SwitchTo(absl::Span<const SecretBytes> contents) {
  absl::MutexLock switching(&switch_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(CheckedPair identity, JudgePair(contents[0], contents[1]));
  ClientRoots roots;
  Descriptor shown_roots;
  if (client_roots_ != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(roots, CheckClientRoots({paths_.client_ca, contents[2].view()}));
    FLEETCA_ASSIGN_OR_RETURN(shown_roots, MemoryFile::Write(roots.pem));
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate own,
                           x509::ParseCertificate(identity.chain.shown.front()));
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor shown_identity, MemoryFile::Write(identity.pem.view()));
  if (const absl::Status accepted = accept_ == nullptr ? absl::OkStatus() : accept_(own);
      !accepted.ok()) {
    return Annotate(accepted, paths_.certificate);
  }
  // Nothing fails from here on, so no half of a change is ever in use.
  if (client_roots_ != nullptr) {
    client_roots_->Show(shown_roots);
  }
  identity_->Show(shown_identity);
  expiry_ = absl::ToUnixSeconds(own.not_after);
  std::vector<std::string> warnings = WarningsOf(paths_, identity.chain, roots);
  for (const std::string& warning : warnings) {
    log::Warning("The server's TLS files are in use, and not all is right with them",
                 {{"what", warning}});
  }
  absl::MutexLock lock(&mutex_);
  in_use_ = {SecretBytes(identity.chain_pem), SecretBytes(contents[1].view())};
  rooted_ = identity.chain.rooted;
  warnings_ = std::move(warnings);
  return absl::OkStatus();
}

std::vector<std::string> ServerTls::Warnings() const {
  absl::MutexLock lock(&mutex_);
  return warnings_;
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

TlsPair ServerTls::PairInUse() const {
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
      absl::StrCat("The server's certificate expired at ", TimeToWords(expiry),
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
