// Keeps what a verifier knows of revocations new, by the feed of its CA:
//
//   auto revocations = Revocations::Create({});
//   auto feed = RevocationFeed::Start({.address = "ca.fleet.example:8443", .files = ...},
//                                     *revocations);
//   options.verifier.revocations = *revocations;   // AuthzVerifierOptions
#ifndef FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_FEED_H_
#define FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_FEED_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "client/authz/feed/feed_reader.h"
#include "client/authz/feed/revocation_stream.h"
#include "client/authz/revocations.h"
#include "client/backoff.h"
#include "client/tls_identity.h"

namespace fleetca::client {

struct RevocationFeedOptions {
  // The CA: host:port.
  std::string address;
  // The verifier's own certificate, which any identity of the fleet may be, and the CA's roots.
  TlsFiles files;
  // The name to expect in the server's certificate, where it is not the host of `address`.
  std::string server_name;
  // Between two connections; max_attempts and wait_through are not used.
  BackoffOptions backoff;
  // For the dates of certificates. Must outlive the feed.
  const Clock* clock = &Clock::System();
};

// One thread and one connection. The stream goes on where it was after the CA was restarted or
// could not be reached, for as long as this lives. The files are read anew for each connection, and
// the CA ends one whose certificate has expired, so a renewed certificate is taken in time. A CA
// that says nothing for half of max_age (7 to 15 s) is connected to again, so that the death of a
// connection, which nobody tells of, is noticed before anything is stale. Nothing is written to
// disk: after its own start a verifier knows nothing until the CA has told it.
//
// A loss is logged once nothing was heard for as long, and so is the recovery from that:
// connections end for many reasons, and the next one is mostly there before anybody notices. Those
// are lines for debugging.
class RevocationFeed {
 public:
  // The errors of LoadTlsIdentity, but that a certificate which has expired may still be renewed;
  // those of Thread::Start. Connects later.
  static absl::StatusOr<std::unique_ptr<RevocationFeed>> Start(
      RevocationFeedOptions options, std::shared_ptr<Revocations> revocations);
  ~RevocationFeed();
  RevocationFeed(const RevocationFeed&) = delete;
  RevocationFeed& operator=(const RevocationFeed&) = delete;

 private:
  RevocationFeed(RevocationFeedOptions options, std::shared_ptr<Revocations> revocations);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // One connection from its beginning to its end, and why that was.
  absl::Status Follow() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ReadAll(RevocationStream& stream);
  void NoteCurrent();
  void ForgetExpired();
  void LogLoss(const absl::Status& why);
  // Says what it must, and rests before the next connection. False when this ends.
  bool PauseAfter(const absl::Status& why, absl::Duration delay) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Pause(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mutex_);
  // Has the destructor end the stream. False when this ends already.
  bool Adopt(RevocationStream* stream) ABSL_LOCKS_EXCLUDED(mutex_);

  const RevocationFeedOptions options_;
  const std::shared_ptr<Revocations> revocations_;
  const absl::Duration silence_;
  // The thread's alone.
  FeedReader reader_;
  bool following_ = false;
  bool told_loss_ = true;  // also before the first snapshot, which is said
  log::Limiter losses_;
  absl::Time forgotten_at_ = absl::InfinitePast();  // SteadyTime

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  RevocationStream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_FEED_H_
