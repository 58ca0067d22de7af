// The server's side of TLS: what is shown to clients, and which clients are let in.
#ifndef FLEETCA_SERVICE_NET_TLS_CREDENTIALS_H_
#define FLEETCA_SERVICE_NET_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/descriptor.h"
#include "base/file_watcher.h"
#include "base/memory_file.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "service/net/server_chain.h"
#include "service/net/tls_check.h"
#include "x509/certificate.h"

namespace fleetca::service {

struct TlsPaths {
  std::string certificate;  // the server's own, and those above it
  std::string private_key;
  std::string client_ca;  // "" where no client shows a certificate: at the bootstrap port
  // Another process watches the same files, and logs what is wrong with them.
  bool logged_elsewhere = false;
};

// A certificate chain and its key, PEM.
struct TlsPair {
  SecretBytes certificate;
  SecretBytes private_key;
};

// What may be served at the start where the files have no pair that can be.
struct TlsAtStart {
  // Another pair than that of the files, or an error: `why`, which is what is wrong with theirs,
  // where there is none.
  std::function<absl::StatusOr<TlsPair>(const absl::Status& why)> instead;
  // A certificate that has expired is taken, at the start and later, but never in the place of one
  // that is valid.
  bool expired_is_taken = false;
};

// The TLS files of one process. They are read when this is made and whenever `watcher` finds them
// changed, and judged as a whole (tls_check.h) before any connection gets to see them; files that
// are wrong leave the ones before in use and are logged. gRPC watches files too, but takes whatever
// it finds: between the two halves of a replacement it refuses every handshake. So it is shown
// files in memory, which hold what was judged and nothing else.
//
// New contents serve new connections within some four seconds, and open ones go on. Thread-safe.
// Outlives every server that has its credentials.
class ServerTls {
 public:
  // Has the last word on a certificate that is right in itself: the server's own, before anything
  // shows it. An error, which should say what to do, keeps the files before in use.
  using Accept = std::function<absl::Status(const x509::Certificate& own)>;

  // What the CA's clients trust at the moment.
  using Trust = std::function<ServerTrust()>;

  // kFileMissing, kFilePermissions (others can read the key), kFileInvalid as tls_check.h says; the
  // errors of MemoryFile and of `accept`. `accept` and `trust` may be null: then nobody has that
  // last word, and only the files themselves are judged. `watcher` and `clock` outlive this;
  // `at_start` is asked before this returns, and not later.
  //
  // A certificate that leads to no root of the trust bundle is taken at the start, with a warning.
  // Later it does not replace one that does, as those who are clients now would refuse it.
  static absl::StatusOr<std::unique_ptr<ServerTls>> Create(const TlsPaths& paths,
                                                           FileWatcher& watcher, const Clock& clock,
                                                           Accept accept = nullptr,
                                                           Trust trust = nullptr,
                                                           TlsAtStart at_start = {});
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // TLS 1.2 or newer, AEAD suites, a client certificate that chains to client_ca, which must be
  // given. Each call makes new ones.
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsForCertificates() const;
  // The same for callers without a certificate: none is asked for.
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsForBearers() const;

  // Shows this pair, judged as those of the files are, until the files have another that is right:
  // another than the one that this supersedes, which the files may go on to have. Their errors.
  absl::Status Use(const TlsPair& pair) ABSL_LOCKS_EXCLUDED(switch_mutex_, mutex_);

  // PairSha256 (service/authority/pair_files.h) of what the files said when a pair of theirs came
  // in use last, or of what was refused at the start, where another pair came in its place.
  std::string FilePairSha256() const ABSL_LOCKS_EXCLUDED(mutex_);

  // What is in use: the certificates that are shown, and the contents of the key's file.
  TlsPair PairInUse() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Of the files in use, whole sentences about what works for some clients only or is left out.
  // They were logged.
  std::vector<std::string> Warnings() const ABSL_LOCKS_EXCLUDED(mutex_);

  // FAILED_PRECONDITION kFileInvalid once the certificate in use has expired: no client connects.
  absl::Status CheckNotExpired() const;

 private:
  // A pair, or roots, that were judged and wait in memory to be shown.
  struct NewPair {
    CheckedPair checked;
    Descriptor shown;
  };
  struct NewRoots {
    ClientRoots checked;
    Descriptor shown;
    bool of_this_pki;
  };

  ServerTls(const TlsPaths& paths, const Clock& clock, Accept accept, Trust trust,
            bool expired_is_taken);

  // For files that have no pair that can be used.
  absl::Status StartWith(const TlsPair& pair) ABSL_LOCKS_EXCLUDED(switch_mutex_, mutex_);
  // The files' contents, all judged before the first is shown to gRPC.
  absl::Status SwitchTo(absl::Span<const SecretBytes> contents)
      ABSL_LOCKS_EXCLUDED(switch_mutex_, mutex_);
  // The time by which the first certificate of the PEM text is judged.
  absl::Time TimeFor(absl::string_view certificate) const;
  // Judges a pair by itself, and whether it must not replace the one in use.
  absl::StatusOr<NewPair> JudgePair(const SecretBytes& certificate, const SecretBytes& key) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<NewRoots> JudgeRoots(const SecretBytes& roots) const;
  // Whether the files say what Use superseded, and so nothing new of a pair.
  bool IsSuperseded(const std::string& file_pair) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Remembers what the files say, where no pair is in use yet.
  void NoteRefused(std::string file_pair) ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing fails once the last word is spoken, so no half of a change is ever in use. `roots`
  // null: those in use stay.
  absl::Status Show(NewPair pair, const SecretBytes& key, const NewRoots* roots)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(switch_mutex_) ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowRoots(const NewRoots& roots) ABSL_EXCLUSIVE_LOCKS_REQUIRED(switch_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
      grpc_ssl_client_certificate_request_type request) const;

  const TlsPaths paths_;
  const Clock& clock_;
  const Accept accept_;
  const Trust trust_;
  const bool expired_is_taken_;
  absl::Mutex switch_mutex_;        // one switch at a time
  std::atomic<int64_t> expiry_{0};  // of the certificate in use, in seconds since the epoch
  mutable absl::Mutex mutex_;
  TlsPair in_use_ ABSL_GUARDED_BY(mutex_);
  bool rooted_ ABSL_GUARDED_BY(mutex_) = false;  // the pair in use, by the trust bundle
  // Whether the client roots in use have one of the trust bundle or one of the CA's own.
  bool roots_of_this_pki_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::string> pair_warnings_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> roots_warnings_ ABSL_GUARDED_BY(mutex_);
  std::string file_pair_ ABSL_GUARDED_BY(mutex_);  // FilePairSha256
  // Whether that pair was superseded by Use: while the files say it, they do not say a new one.
  bool is_superseded_ ABSL_GUARDED_BY(mutex_) = false;
  // The key and the chain are one file, so that they change at one instant. Empty until the first
  // switch.
  std::unique_ptr<MemoryFile> identity_;
  std::unique_ptr<MemoryFile> client_roots_;
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
  std::unique_ptr<WatchedFiles> files_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_TLS_CREDENTIALS_H_
