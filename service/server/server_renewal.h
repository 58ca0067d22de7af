// The server renews its own TLS certificate, from its own issuing CA.
#ifndef FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_
#define FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "service/authority/pair_files.h"
#include "service/config/server_config.h"
#include "service/net/tls_credentials.h"
#include "service/server/own_issuance.h"
#include "service/server/running_ca.h"
#include "x509/certificate.h"

namespace fleetca::service {

// Where the configuration names a profile for it, a certificate of the server's identity that this
// CA issued is replaced at about two thirds of its life (RenewOwnFrom) by another one with the same
// names and a new key, and both files are written. A certificate of another CA is left alone.
//
// Files that cannot be written cost a line in the log and the health of "own certificates", and
// nothing else: the new pair serves from memory, and a restart, which finds the old pair in the
// files, renews again. Writing them is tried again and again.
//
// One thread calls Look; status() is for any.
class ServerRenewal {
 public:
  enum class Writes { kFiles, kNothing };

  // `ca` and `clock` outlive it. kNothing is for whoever only wants to know whether the server
  // would start: files are left alone.
  ServerRenewal(const ServerConfig& config, RunningCa& ca, const Clock& clock,
                Writes writes = Writes::kFiles);
  ServerRenewal(const ServerRenewal&) = delete;
  ServerRenewal& operator=(const ServerRenewal&) = delete;

  // Whether it is on for this certificate, and will renew it by itself.
  bool Renews(const x509::Certificate& certificate) const;

  // PERMISSION_DENIED, and what Policy::CheckMayAsk gives, where the policy in force does not let
  // the server's identity have a certificate by the profile. OK where none is configured.
  absl::Status CheckGranted() const;

  // For TlsAtStart: another pair where that of the files has expired, or where key and certificate
  // do not fit each other, as a machine that stopped between the two leaves them. `why` for
  // anything else, and with a word about what failed where a new one cannot be issued.
  absl::StatusOr<TlsPair> PairInstead(const absl::Status& why);

  // Renews the certificate in use when that is due, and writes what could not be written before.
  // Often enough once a minute.
  void Look(ServerTls& tls);

  // OK, or why the certificate is not renewed, or its files are not written.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Whether this CA issued it for the server's identity.
  bool IsOwn(const x509::Certificate& certificate) const;
  bool IsDue(const x509::Certificate& certificate) const;
  bool WaitsForNextTry() const;
  // Issues, and logs that.
  absl::StatusOr<TlsPair> Issue(const x509::Certificate& old);
  void Renew(const x509::Certificate& old, ServerTls& tls);
  // Writes the files; what cannot be written is kept for later.
  void Save(TlsPair pair);
  // Notes how it went, and says in the log what was not said before.
  void Note(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string profile_;
  const std::string identity_;
  const std::string folder_;  // of the configuration, for messages
  const PairFiles files_;
  RunningCa& ca_;
  const Clock& clock_;
  const Writes writes_;
  // The looking thread's.
  std::optional<TlsPair> unsaved_;
  absl::Time next_try_ = absl::InfinitePast();
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVER_RENEWAL_H_
