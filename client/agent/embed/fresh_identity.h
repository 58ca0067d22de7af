// A service that keeps its own certificate: an agent of one identity within its process.
#ifndef FLEETCA_CLIENT_AGENT_EMBED_FRESH_IDENTITY_H_
#define FLEETCA_CLIENT_AGENT_EMBED_FRESH_IDENTITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/thread.h"
#include "client/agent/ca/trust_keeper.h"
#include "client/agent/ca_port.h"
#include "client/agent/embed/rotating_tls.h"
#include "client/agent/held_identities.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/identity_status.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace fleetca::client {

struct FreshIdentityOptions {
  // "fleet.example"
  std::string trust_domain;
  // host:port of the CA's issuing ports, and of its bootstrap ports, for the first certificate and
  // for one that has ended.
  std::vector<std::string> addresses;
  std::vector<std::string> bootstrap_addresses;
  // The name to expect in the servers' certificates, where it is not the host of the address.
  std::string server_name = "";
  // The SPIFFE ID that they must have, where it is not the CA's own, as of a proxy before it.
  std::string server_identity = "";
  // The CA's root, once: its SHA-256 as `fleetca bundle fingerprint` prints it, or a PEM file.
  std::string root_sha256 = "";
  std::string root_file = "";
  // What is kept over starts of the service, private key included: a folder that is there and is
  // the service's own (mode 0700). One process has it at a time.
  std::string state_folder;
  // How the first certificate is had: the path of a join token, or of a JWT that some other program
  // keeps new.
  std::string join_token_file = "";
  std::string jwt_file = "";
  // Each as in IssueOptions; with a join token all three may be left out. Names as GeneralName
  // text: "DNS:web.fleet.example".
  std::string profile = "";
  std::string spiffe_id = "";
  std::vector<std::string> names = {};
  // How often the CA's trust bundle is asked for.
  absl::Duration bundle_refresh = absl::Hours(1);
};

// Has a certificate made, renews it when the CA says, and keeps whom to trust, on a thread of its
// own. The credentials that it gives follow, and no connection is dropped. While the CA is away the
// certificate is used to its end. Thread-safe. Outlives every server and channel that has its
// credentials.
class FreshIdentity {
 public:
  // Returns once there is a certificate that is valid, which may have been kept from an earlier
  // start. After `patience` without one: the last error, such as DATA_LOSS kAnswerInvalid for the
  // root of another CA, or DEADLINE_EXCEEDED kServerUnreachable where there is none; what is under
  // way is kept, and the next start goes on with it. INVALID_ARGUMENT kFileInvalid for a
  // fingerprint that is none; the errors of TrustKeeper::Open, IdentityFolder::Open and of
  // Thread::Start.
  static absl::StatusOr<std::unique_ptr<FreshIdentity>> Start(FreshIdentityOptions options,
                                                              absl::Duration patience);
  // Ends the thread, which may be waiting for the CA: for some seconds.
  ~FreshIdentity();

  FreshIdentity(const FreshIdentity&) = delete;
  FreshIdentity& operator=(const FreshIdentity&) = delete;

  // RotatingTls says what they verify.
  std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials() const {
    return tls_->MakeServerCredentials();
  }
  std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials() const {
    return tls_->MakeChannelCredentials();
  }

  // For health checks and logs.
  IdentityStatus status() const { return keeper_->status(); }

 private:
  FreshIdentity() = default;

  absl::Status Open(const FreshIdentityOptions& options);
  absl::Status WaitForFirst(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Does what is due, and says when to come again.
  absl::Time Step(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowHeld() ABSL_LOCKS_EXCLUDED(mutex_);

  std::unique_ptr<TrustKeeper> trust_;
  std::unique_ptr<CaPort> ca_;
  std::unique_ptr<IdentityKeeper> keeper_;
  // Of the thread alone: what is held, and what of it the credentials show.
  std::shared_ptr<const HeldIdentity> held_;
  std::shared_ptr<const HeldIdentity> shown_;
  // Set once, before the first of mutex_'s conditions holds.
  std::unique_ptr<RotatingTls> tls_;
  absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_EMBED_FRESH_IDENTITY_H_
