// The CA without its ports: key, certificates, policy, store, and the issuer over them.
#ifndef FLEETCA_SERVICE_SERVER_RUNNING_CA_H_
#define FLEETCA_SERVICE_SERVER_RUNNING_CA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/file_watcher.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "service/authority/current_trust_bundle.h"
#include "service/config/server_config.h"
#include "service/issuance/issuer.h"
#include "service/join/join_tokens.h"
#include "service/net/server_chain.h"
#include "service/policy/current_policy.h"
#include "service/policy/reserved_names.h"
#include "service/renewals/early_renewal_orders.h"
#include "service/renewals/renewal_windows.h"
#include "service/revocation/identity_blocks.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/revocation_follower.h"
#include "service/revocation/revoker.h"
#include "service/revocation/root_crl_file.h"
#include "service/rpc/renewal_proofs.h"
#include "service/server/ca_validity.h"
#include "service/time/clock_rule.h"
#include "service/time/time_keeper.h"
#include "signer/signer.h"
#include "store/store.h"
#include "x509/certificate.h"
#include "x509/possession.h"

namespace fleetca::service {

// Its parts are thread-safe.
class RunningCa {
 public:
  // Opens the store of the configuration, unless `store` is one, reads key, certificates and
  // policy. Any part that is not right is an error here, with a sentence that names the file or
  // field. `watcher`, which outlives this, looks after the trust bundle from then on. Over the
  // configuration's store it keeps how many CRL shards the issuing CA has (crl_shards_file.h).
  static absl::StatusOr<std::unique_ptr<RunningCa>> Open(const ServerConfig& config,
                                                         std::unique_ptr<store::Store> store,
                                                         FileWatcher& watcher);
  RunningCa(const RunningCa&) = delete;
  RunningCa& operator=(const RunningCa&) = delete;

  // Reads the policy file again. On any error, which is logged as changes are, the policy in force
  // stays. Where a SHA-256 is given only a file that has it is taken: FAILED_PRECONDITION
  // kFileInvalid for another. Waits for the disk.
  absl::StatusOr<PolicyChange> ApplyPolicy(absl::string_view file_sha256)
      ABSL_LOCKS_EXCLUDED(change_mutex_);

  // Reserves the names in a certificate that the server is about to show, in place of those in the
  // one before. INVALID_ARGUMENT kConfigInvalid when the policy in force gives one of them to
  // another identity, who could pose as the CA; then nothing changes.
  absl::Status ReserveNames(const x509::Certificate& server) ABSL_LOCKS_EXCLUDED(change_mutex_);

  // The issuing certificate and those above it, DER, nearest first, without the root: of the
  // certificates in its file the way from the first to a root of the bundle at the start.
  const std::vector<std::string>& chain() const { return chain_; }
  // The issuing certificate and those that were in force before, DER: whose certificates callers
  // may have.
  const std::vector<std::string>& issuing_cas() const { return issuing_cas_; }
  const CurrentTrustBundle& bundles() const { return bundles_; }
  const CurrentPolicy& policies() const { return *policies_; }
  store::Store& store() { return *store_; }
  Issuer& issuer() { return *issuer_; }
  const x509::PossessionVerifier& possession() const { return *possession_; }
  const signer::Signer& signer() const { return *signer_; }
  JoinTokens& join_tokens() { return *join_tokens_; }
  RenewalProofs& renewal_proofs() { return *renewal_proofs_; }
  const KnownRevocations& revocations() const { return revocations_; }
  // Has nothing where the CA has no CRL of its root and no HTTP port to hand one out.
  const RootCrlFile& root_crl() const { return *root_crl_; }
  Revoker& revoker() { return *revoker_; }
  IdentityBlocks& identity_blocks() { return *identity_blocks_; }
  EarlyRenewalOrders& early_renewals() { return *early_renewals_; }
  RenewalWindows& renewal_windows() { return *renewal_windows_; }
  const ClockRule& clock_rule() const { return *clock_rule_; }
  // The error of CaEnd (ca_validity.h) once the chain to the root has expired. Compares times
  // alone.
  absl::Status CheckNotExpired(absl::Time now) const ABSL_LOCKS_EXCLUDED(end_mutex_);
  // By which clients judge the server's certificate.
  ServerTrust Trust() const;
  // About files that are in use: what of them is left out, in whole sentences. They were logged.
  std::vector<std::string> Warnings() const;
  // "P-256", "RSA-2048".
  std::string IssuerKeyDescription() const;

 private:
  explicit RunningCa(const ServerConfig& config) : config_(config) {}

  absl::Status LoadBundle(const ServerConfig& config);
  // Chooses the chain by the roots at the start, and later asks whether it leads to one of them.
  absl::Status CheckRooted(const TrustBundle& bundle);
  // What the bundle's file says, judged with the chain, and then handed out.
  absl::Status SwitchBundle(absl::Span<const SecretBytes> contents) ABSL_LOCKS_EXCLUDED(end_mutex_);
  absl::Status OpenIssuer(const ServerConfig& config);
  absl::Status FollowRevocations();
  absl::Status LoadEarlyRenewals(const ServerConfig& config);
  absl::Status LoadPolicy(const ServerConfig& config);
  // What the policy's file says, judged and put in force.
  absl::Status SwitchPolicy(absl::string_view text);
  absl::Status ReplacePolicy(absl::string_view text) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mutex_);
  absl::StatusOr<std::unique_ptr<const Policy>> ParsePolicyOfServer(absl::string_view text) const
      ABSL_LOCKS_EXCLUDED(names_mutex_);
  absl::StatusOr<std::unique_ptr<const Policy>> ParseFittingPolicy(absl::string_view text) const
      ABSL_LOCKS_EXCLUDED(names_mutex_);
  ReservedNames ServerNames() const ABSL_LOCKS_EXCLUDED(names_mutex_);

  const ServerConfig config_;
  // Held while the policy or the names are changed, so that neither change undoes the other.
  absl::Mutex change_mutex_;
  // Of the policy file that is being read: what it must hash to, and what it then changed.
  std::string wanted_sha256_ ABSL_GUARDED_BY(change_mutex_);
  PolicyChange policy_change_ ABSL_GUARDED_BY(change_mutex_);
  mutable absl::Mutex names_mutex_ ABSL_ACQUIRED_AFTER(change_mutex_);
  // In the certificate that the server uses.
  ReservedNames server_names_ ABSL_GUARDED_BY(names_mutex_);
  // In the order they are made; each uses those above it.
  CurrentTrustBundle bundles_;
  std::vector<std::string> chain_;  // all of the file, until the first bundle is there
  mutable absl::Mutex end_mutex_;
  CaEnd end_ ABSL_GUARDED_BY(end_mutex_);  // by the chain and the bundle in force
  std::vector<std::string> chain_warnings_;
  std::vector<std::string> issuing_cas_;
  std::unique_ptr<signer::Signer> signer_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ClockRule> clock_rule_;
  KnownRevocations revocations_;
  std::unique_ptr<RevocationFollower> revocation_follower_;
  std::unique_ptr<Revoker> revoker_;
  std::unique_ptr<IdentityBlocks> identity_blocks_;
  std::unique_ptr<EarlyRenewalOrders> early_renewals_;
  std::unique_ptr<RenewalWindows> renewal_windows_;
  std::unique_ptr<x509::PossessionVerifier> possession_;
  std::unique_ptr<CurrentPolicy> policies_;
  std::unique_ptr<WatchedFiles> policy_files_;  // read at the start and when an operator says so
  std::unique_ptr<Issuer> issuer_;
  std::unique_ptr<JoinTokens> join_tokens_;
  std::unique_ptr<RenewalProofs> renewal_proofs_;
  std::unique_ptr<WatchedFiles> bundle_files_;
  std::unique_ptr<RootCrlFile> root_crl_;
  std::unique_ptr<TimeKeeper> time_keeper_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_RUNNING_CA_H_
