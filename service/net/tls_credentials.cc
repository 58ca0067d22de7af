#include "service/net/tls_credentials.h"

#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/net/tls_check.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"

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
std::vector<std::string> WarningsOf(const TlsPaths& paths, const ServerChain& chain) {
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
  return warnings;
}

std::vector<std::string> WarningsOf(const TlsPaths& paths, const ClientRoots& roots) {
  if (roots.left_out.empty()) {
    return {};
  }
  return {absl::StrCat(paths.client_ca,
                       ": certificates are left out, and no client can chain to them: ",
                       absl::StrJoin(roots.left_out, "; "))};
}

// By the keys, as a root may have several certificates.
bool ShareAKey(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  const auto key_of = [](const std::string& der) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
    return certificate.ok() ? std::string(certificate->public_key.spki) : std::string();
  };
  return std::any_of(some.begin(), some.end(), [&](const std::string& one) {
    const std::string key = key_of(one);
    return !key.empty() && std::any_of(others.begin(), others.end(), [&](const std::string& other) {
      return key_of(other) == key;
    });
  });
}

void Log(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    log::Warning("The server's TLS files are in use, and not all is right with them",
                 {{"what", warning}});
  }
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
    FLEETCA_RETURN_IF_ERROR(tls->StartWith(pair));
  }
  tls->provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->identity_->path(), tls->identity_->path(),
      tls->client_roots_ == nullptr ? "" : tls->client_roots_->path(), kRefreshSeconds);
  watcher.Watch(*tls->files_);
  return tls;
}

absl::StatusOr<ServerTls::NewPair> ServerTls::JudgePair(const SecretBytes& certificate,
                                                        const SecretBytes& key) const {
  const ServerTrust trust = trust_ == nullptr ? ServerTrust() : trust_();
  FLEETCA_ASSIGN_OR_RETURN(
      CheckedPair checked,
      CheckServerIdentity({paths_.certificate, certificate.view()},
                          {paths_.private_key, key.view()}, TimeFor(certificate.view()),
                          trust_ == nullptr ? nullptr : &trust));
  absl::MutexLock lock(&mutex_);
  if (rooted_ && !checked.chain.rooted) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(paths_.certificate,
                     ": its chain leads to no root of the trust bundle, as that of the certificate "
                     "in use does; give one that this CA issued, with the issuing CA's certificate "
                     "after it, or restart the server if its clients are given other roots by "
                     "--ca"));
  }
  FLEETCA_ASSIGN_OR_RETURN(Descriptor shown, MemoryFile::Write(checked.pem.view()));
  return NewPair{std::move(checked), std::move(shown)};
}

absl::Time ServerTls::TimeFor(absl::string_view certificate) const {
  const absl::Time now = clock_.Now();
  // In the place of one that clients accept, none is taken that they do not.
  if (!expired_is_taken_ || now < absl::FromUnixSeconds(expiry_)) {
    return now;
  }
  // One that has expired is judged as in its last second.
  const absl::StatusOr<x509::HeldCertificate> own = x509::ParseFirstCertificate(certificate);
  return own.ok() ? std::min(now, (*own)->not_after - absl::Seconds(1)) : now;
}

absl::StatusOr<ServerTls::NewRoots> ServerTls::JudgeRoots(const SecretBytes& roots) const {
  FLEETCA_ASSIGN_OR_RETURN(ClientRoots checked, CheckClientRoots({paths_.client_ca, roots.view()}));
  bool of_this_pki = false;
  if (trust_ != nullptr) {
    const ServerTrust trust = trust_();
    of_this_pki = ShareAKey(checked.ders, trust.roots) || ShareAKey(checked.ders, trust.own_cas);
  }
  {
    absl::MutexLock lock(&mutex_);
    if (roots_of_this_pki_ && !of_this_pki) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(paths_.client_ca,
                       ": it has no root of the trust bundle, as those in use do, so every client "
                       "would be refused; add that root, or restart the server if this is meant"));
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(Descriptor shown, MemoryFile::Write(checked.pem));
  return NewRoots{std::move(checked), std::move(shown), of_this_pki};
}

absl::Status ServerTls::StartWith(const TlsPair& pair) {
  absl::MutexLock switching(&switch_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(NewPair judged, JudgePair(pair.certificate, pair.private_key));
  std::optional<NewRoots> roots;
  if (client_roots_ != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(const std::vector<SecretBytes> read,
                             ReadTogether({{paths_.client_ca}}));
    FLEETCA_ASSIGN_OR_RETURN(roots, JudgeRoots(read.front()));
  }
  FLEETCA_RETURN_IF_ERROR(
      Show(std::move(judged), pair.private_key, roots.has_value() ? &*roots : nullptr));
  absl::MutexLock lock(&mutex_);
  is_superseded_ = true;  // the pair that was refused
  return absl::OkStatus();
}

absl::Status ServerTls::Use(const TlsPair& pair) {
  absl::MutexLock switching(&switch_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(NewPair judged, JudgePair(pair.certificate, pair.private_key));
  FLEETCA_RETURN_IF_ERROR(Show(std::move(judged), pair.private_key, nullptr));
  absl::MutexLock lock(&mutex_);
  is_superseded_ = true;
  return absl::OkStatus();
}

absl::Status ServerTls::SwitchTo(absl::Span<const SecretBytes> contents) {
  absl::MutexLock switching(&switch_mutex_);
  std::string file_pair = Sha256OfParts({contents[0].view(), contents[1].view()});
  std::optional<NewPair> pair;
  std::optional<NewRoots> roots;
  if (!IsSuperseded(file_pair)) {
    absl::StatusOr<NewPair> judged = JudgePair(contents[0], contents[1]);
    if (!judged.ok()) {
      NoteRefused(std::move(file_pair));
      return judged.status();
    }
    pair = *std::move(judged);
  }
  if (client_roots_ != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(roots, JudgeRoots(contents[2]));
  }
  if (!pair.has_value()) {
    if (roots.has_value()) {
      ShowRoots(*roots);
    }
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(
      Show(*std::move(pair), contents[1], roots.has_value() ? &*roots : nullptr));
  absl::MutexLock lock(&mutex_);
  file_pair_ = std::move(file_pair);
  is_superseded_ = false;
  return absl::OkStatus();
}

bool ServerTls::IsSuperseded(const std::string& file_pair) const {
  absl::MutexLock lock(&mutex_);
  return is_superseded_ && file_pair == file_pair_;
}

void ServerTls::NoteRefused(std::string file_pair) {
  absl::MutexLock lock(&mutex_);
  if (in_use_.certificate.empty()) {
    file_pair_ = std::move(file_pair);
  }
}

absl::Status ServerTls::Show(NewPair pair, const SecretBytes& key, const NewRoots* roots) {
  const ServerChain& chain = pair.checked.chain;
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate own,
                           x509::ParseCertificate(chain.shown.front()));
  if (const absl::Status accepted = accept_ == nullptr ? absl::OkStatus() : accept_(own);
      !accepted.ok()) {
    return Annotate(accepted, paths_.certificate);
  }
  if (roots != nullptr) {
    ShowRoots(*roots);
  }
  identity_->Show(pair.shown);
  expiry_ = absl::ToUnixSeconds(own.not_after);
  std::vector<std::string> warnings = WarningsOf(paths_, chain);
  Log(warnings);
  absl::MutexLock lock(&mutex_);
  in_use_ = {SecretBytes(pair.checked.chain_pem), SecretBytes(key.view())};
  rooted_ = chain.rooted;
  pair_warnings_ = std::move(warnings);
  return absl::OkStatus();
}

void ServerTls::ShowRoots(const NewRoots& roots) {
  client_roots_->Show(roots.shown);
  std::vector<std::string> warnings = WarningsOf(paths_, roots.checked);
  Log(warnings);
  absl::MutexLock lock(&mutex_);
  roots_warnings_ = std::move(warnings);
  roots_of_this_pki_ = roots.of_this_pki;
}

std::string ServerTls::FilePairSha256() const {
  absl::MutexLock lock(&mutex_);
  return file_pair_;
}

std::vector<std::string> ServerTls::Warnings() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> warnings = pair_warnings_;
  warnings.insert(warnings.end(), roots_warnings_.begin(), roots_warnings_.end());
  return warnings;
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
