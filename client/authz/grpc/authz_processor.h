// Authorization of every call to a gRPC server, from the caller's certificate and a table of
// methods:
//
//   options.verifier.trust_domain = "fleet.example";
//   auto authz = InstallAuthz(options, credentials.get());              // before the server starts
//   const absl::StatusOr<Grants> caller = (*authz)->Caller(*context);   // in a handler
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_PROCESSOR_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_PROCESSOR_H_

#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/log_limiter.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/grants.h"
#include "client/authz/grpc/method_roles.h"
#include "client/authz/peer_cache.h"

namespace fleetca::client {

struct AuthzOptions {
  // Roots, trust domain, audience, clock, what is revoked: who is listened to. And the issuing CAs:
  // a caller sends them, but a TLS session that is taken up again has its leaf alone, and without
  // them it can be refused after a restart of the server, until it connects anew.
  AuthzVerifierOptions verifier;
  MethodRoles methods;
  // How many callers are remembered, some 4 KB each; 1 or more.
  size_t max_cached_peers = 4096;
};

// Runs before the handler of every call, of methods that do not exist too. What the caller writes
// into its metadata has no say. A stream is judged when it begins; a handler of long ones asks
// Caller again. Refusals are written to the log (base/log.h), some each second at most.
// Thread-safe.
class AuthzProcessor : public grpc::AuthMetadataProcessor {
 public:
  // INVALID_ARGUMENT kConfigInvalid, as AuthzVerifier::Create; the field is the option.
  static absl::StatusOr<std::shared_ptr<AuthzProcessor>> Create(AuthzOptions options);

  // Who calls, and what it may do now: for handlers. UNAUTHENTICATED once the certificate has
  // expired, and for a call that came in through other credentials without a certificate; the
  // errors of Revocations::Check.
  absl::StatusOr<Grants> Caller(const grpc::ServerContextBase& context);

  // Takes effect on the next call of every connection.
  void SetMinimumPolicyRevision(uint64_t revision) {
    peers_.verifier().SetMinimumPolicyRevision(revision);
  }

  // Cryptography on the first call of a caller, else a look into a table: gRPC need not start a
  // thread for it.
  bool IsBlocking() const override { return false; }
  // UNAUTHENTICATED: no certificate, or one that does not verify. PERMISSION_DENIED: the method is
  // not for this caller, or the certificate was revoked. UNAVAILABLE: nobody knows whether it was.
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

 private:
  AuthzProcessor(AuthzOptions options, std::unique_ptr<AuthzVerifier> verifier);

  absl::Status Judge(absl::string_view path, const grpc::AuthContext& context);
  void LogRefusal(absl::string_view path, const absl::Status& why, const Grants* caller);

  const Clock& clock_;
  const MethodRoles methods_;
  PeerCache peers_;
  log::Limiter refusals_;
};

// Makes `credentials` ask an AuthzProcessor about every call; they and the answer share it. For TLS
// credentials that request a client certificate; gRPC aborts the process over insecure ones. Before
// the server starts. Whether or not gRPC verifies the certificate, it has seen a proof of
// the key, and the chain is verified here.
absl::StatusOr<std::shared_ptr<AuthzProcessor>> InstallAuthz(AuthzOptions options,
                                                             grpc::ServerCredentials* credentials);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_PROCESSOR_H_
