// What a running server minds of the certificates that the CA has for itself.
#ifndef FLEETCA_SERVICE_SERVER_OWN_CERTIFICATE_WATCH_H_
#define FLEETCA_SERVICE_SERVER_OWN_CERTIFICATE_WATCH_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "service/authority/own_certificate.h"
#include "service/config/server_config.h"
#include "service/net/tls_credentials.h"
#include "service/server/running_ca.h"
#include "service/server/server_renewal.h"

namespace fleetca::service {

// Those that there are at the moment: the server's, the issuing CA's and those above it, and the
// watched files of the configuration that can be read.
// `tls` may be null, and the server's is not among them then.
std::vector<OwnCertificate> FindOwnCertificates(const ServerConfig& config, const RunningCa& ca,
                                                const ServerTls* tls, const ServerRenewal& renewal);

// Looks once a minute: renews the server's certificate when that is due, and says in the log of
// each certificate that is about to end, or has ended, at first and once a day. It looks at the
// wall clock each time, so a machine that slept catches up.
class OwnCertificateWatch {
 public:
  // Looks once before it returns, so that a renewal that is due comes before the first connection.
  // The errors of Thread::Start. The references outlive it.
  static absl::StatusOr<std::unique_ptr<OwnCertificateWatch>> Start(
      const ServerConfig& config, const RunningCa& ca, ServerTls& tls, ServerRenewal& renewal,
      const Clock& clock, absl::Duration interval = absl::Minutes(1));
  OwnCertificateWatch(const OwnCertificateWatch&) = delete;
  OwnCertificateWatch& operator=(const OwnCertificateWatch&) = delete;
  ~OwnCertificateWatch() { Stop(); }

  // Looks no more, and waits for a look that is under way. What the last look saw can still be
  // asked for.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // OK, or what somebody should do: of the renewal, else of the certificate that ends first.
  // FAILED_PRECONDITION kFileInvalid, and the errors of the renewal. From any thread.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  // What the last look saw, in the order of FindOwnCertificates. From any thread.
  std::vector<OwnCertificateState> certificates() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  OwnCertificateWatch(const ServerConfig& config, const RunningCa& ca, ServerTls& tls,
                      ServerRenewal& renewal, const Clock& clock)
      : config_(config), ca_(ca), tls_(tls), renewal_(renewal), clock_(clock) {}

  void Run(absl::Duration interval) ABSL_LOCKS_EXCLUDED(mutex_);
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);
  OwnCertificateState StateOf(const OwnCertificate& certificate, absl::Time now) const;

  const ServerConfig config_;
  const RunningCa& ca_;
  ServerTls& tls_;
  ServerRenewal& renewal_;
  const Clock& clock_;
  // When each was warned of last, by file and end: of the looking thread.
  std::map<std::pair<std::string, absl::Time>, absl::Time> warned_;
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::vector<OwnCertificateState> certificates_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  Thread thread_;     // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_OWN_CERTIFICATE_WATCH_H_
