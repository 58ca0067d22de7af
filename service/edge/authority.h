// The CA without its ports: key, certificates, policy, store, and the issuer over them.
#ifndef FLEETCA_SERVICE_EDGE_AUTHORITY_H_
#define FLEETCA_SERVICE_EDGE_AUTHORITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/edge/server_config.h"
#include "service/issuer.h"
#include "service/join_tokens.h"
#include "service/policy/policy_holder.h"
#include "service/trust_bundle.h"
#include "signer/signer.h"
#include "store/store.h"
#include "x509/possession.h"

namespace fleetca::service {

// Its parts are thread-safe.
class Authority {
 public:
  // Opens the store of the configuration, unless `store` is one, reads key, certificates and
  // policy. Any part that is not right is an error here, with a sentence that names the file or
  // field.
  static absl::StatusOr<std::unique_ptr<Authority>> Open(const ServerConfig& config,
                                                         std::unique_ptr<store::Store> store);
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Reads the policy file again. On any error, which is logged as changes are, the policy in force
  // stays.
  absl::Status ReloadPolicy();

  // The issuing certificate and those above it, DER, nearest first, without the root.
  const std::vector<std::string>& chain() const { return chain_; }
  const TrustBundle& bundle() const { return bundle_; }
  const PolicyHolder& policies() const { return *policies_; }
  store::Store& store() { return *store_; }
  Issuer& issuer() { return *issuer_; }
  const signer::Signer& signer() const { return *signer_; }
  JoinTokens& join_tokens() { return *join_tokens_; }
  // "P-256", "RSA-2048".
  std::string IssuerKeyDescription() const;

 private:
  explicit Authority(const ServerConfig& config) : policy_file_(config.policy_file) {}

  absl::Status OpenIssuer(const ServerConfig& config);
  absl::Status LoadPolicy(const ServerConfig& config);
  absl::StatusOr<std::unique_ptr<const Policy>> LoadFittingPolicy(absl::string_view path) const;

  const std::string policy_file_;
  // In the order they are made; each uses those above it.
  TrustBundle bundle_;
  std::vector<std::string> chain_;
  std::unique_ptr<signer::Signer> signer_;
  std::unique_ptr<store::Store> store_;
  const std::unique_ptr<x509::PossessionVerifier> possession_ =
      x509::PossessionVerifier::CreateOpenSsl();
  std::unique_ptr<PolicyHolder> policies_;
  std::unique_ptr<Issuer> issuer_;
  std::unique_ptr<JoinTokens> join_tokens_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_AUTHORITY_H_
