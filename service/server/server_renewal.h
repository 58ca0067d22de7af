// The server renews its own TLS certificate, from its own issuing CA.
#ifndef FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_
#define FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "service/authority/pair_files.h"
#include "service/config/server_config.h"
#include "service/net/tls_credentials.h"
#include "service/server/running_ca.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"

namespace fleetca::service {

// Where the configuration names a profile for it, a certificate of the server's identity that this
// CA issued is replaced at about two thirds of its life (RenewOwnFrom) by another one with the same
// names and a new key, and both files are written; at once where it was revoked, or its key was
// blocked. A certificate of another CA is left alone.
//
// Files that cannot be written cost a line in the log and the health of "own certificates", and
// nothing else: the new pair serves from memory, and a restart, which finds the old pair in the
// files, renews again. Writing them is tried again and again. Files that say anything else than the
// pair that is replaced are an operator's, and are never written: the watcher takes them.
//
// One thread calls Look, and no other method meanwhile but those that are for any thread.
class ServerRenewal {
 public:
  // `ca` and `clock` outlive it.
  ServerRenewal(const ServerConfig& config, RunningCa& ca, const Clock& clock);
  ServerRenewal(const ServerRenewal&) = delete;
  ServerRenewal& operator=(const ServerRenewal&) = delete;

  // Whether it is on for this certificate, and will renew it by itself.
  bool Renews(const x509::Certificate& certificate) const;

  // PERMISSION_DENIED, and what Policy::CheckMayAsk gives, where the policy in force does not let
  // the server's identity have a certificate by the profile. OK where none is configured.
  absl::Status CheckGranted() const;

  // For TlsAtStart: another pair where that of the files has expired or is not valid yet (a clock
  // that was ahead made it), or where key and certificate do not fit each other, as a machine that
  // stopped between the two leaves them. `why` for anything else, and with a word about what failed
  // where a new one cannot be issued. The first Look writes the files, if the pair is in use then.
  // A key that is not that of the certificate may be one that an operator has just put there: it is
  // kept (KeepKey) before it is replaced.
  absl::StatusOr<TlsPair> PairInstead(const absl::Status& why);

  // Whether PairInstead would issue one, as far as the policy and the files say: OK, or its error.
  // Nothing is signed or written.
  absl::Status CheckPairInstead(const absl::Status& why) const;

  // Renews the certificate in use when that is due, and writes what is not written yet. Often
  // enough once a minute.
  void Look(ServerTls& tls);

  // OK, or why the certificate is not renewed, or its files are not written. From any thread.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // When it last tried to issue the server another certificate, or to write the files; nullopt
  // where it has not tried yet. From any thread.
  std::optional<absl::Time> last_attempt() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // A pair that is in use, or about to be, and not in the files yet.
  struct Unsaved {
    TlsPair pair;
    absl::Time not_after;
    // PairSha256 of the files that may be written over.
    std::vector<std::string> over;
    bool keeps_key = false;
    bool was_logged = false;
  };
  // What PairInstead finds in the files.
  struct Replaceable {
    x509::HeldCertificate certificate;
    std::string sha256;
    bool keeps_key = false;
  };

  // Whether this CA issued it for the server's identity.
  bool IsOwn(const x509::Certificate& certificate) const;
  // Or its key is blocked, so that whoever looks refuses it.
  bool IsRevoked(const x509::Certificate& certificate) const;
  bool IsDue(const x509::Certificate& certificate) const;
  bool WaitsForNextTry() const;
  absl::StatusOr<Replaceable> FindReplaceable(const absl::Status& why) const;
  void Renew(const x509::Certificate& old, ServerTls& tls);
  // Writes the files; what cannot be written is kept for later.
  void Save(Unsaved unsaved);
  absl::Status Write(const Unsaved& unsaved) const;
  // Notes how it went, and says in the log what was not said before.
  void Note(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteAttempt() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string profile_;
  const std::string identity_;
  const std::string folder_;  // of the configuration, for messages
  const PairFiles files_;
  RunningCa& ca_;
  const Clock& clock_;
  // The looking thread's.
  std::optional<Unsaved> unsaved_;
  absl::Time next_try_ = absl::InfinitePast();
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Time> last_attempt_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_
