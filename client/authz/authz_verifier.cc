#include "client/authz/authz_verifier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/authz/chain.h"
#include "x509/authz_token.h"
#include "x509/fleet_authz.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

constexpr size_t kMaxChain = 16;

absl::Status Unauthenticated(Reason reason, absl::string_view problem) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, "", problem);
}

absl::Status CheckOptions(const AuthzVerifierOptions& options) {
  if (options.roots.empty()) {
    return InvalidArgument(Reason::kConfigInvalid, "roots",
                           "No root is listed for authorization; list at least one");
  }
  const std::string id = absl::StrCat("spiffe://", options.trust_domain);
  if (const char* const problem = x509::SpiffeIdProblem(id);
      problem != nullptr || x509::SpiffeTrustDomain(id) != options.trust_domain) {
    return InvalidArgument(Reason::kConfigInvalid, "trust_domain",
                           absl::StrCat("The trust domain \"", options.trust_domain, "\" ",
                                        problem != nullptr ? problem : "has a path; cut it off"));
  }
  if (!options.audience.empty() && !x509::IsToken(options.audience)) {
    return InvalidArgument(Reason::kConfigInvalid, "audience",
                           absl::StrCat("The audience \"", options.audience,
                                        "\" is not a name that certificates can have; use a-z, "
                                        "0-9, \".\", \"_\", \"/\" and \"-\""));
  }
  return absl::OkStatus();
}

absl::StatusOr<Certificate> ParseRoot(absl::string_view der) {
  auto root = x509::ParseCertificate(der);
  if (!root.ok() || !MayBeRoot(*root)) {
    return InvalidArgument(
        Reason::kConfigInvalid, "roots",
        root.ok() ? absl::string_view("A root is not the certificate of a CA that may sign "
                                      "certificates; list the root's own")
                  : root.status().message());
  }
  return root;
}

absl::StatusOr<Certificate> ParseSent(absl::string_view der) {
  auto certificate = x509::ParseCertificate(der);
  if (!certificate.ok()) {
    return Unauthenticated(Reason::kAuthzInvalid, certificate.status().message());
  }
  return certificate;
}

absl::Status CheckTime(const Grants& grants, absl::Time not_before, absl::Time now) {
  if (ABSL_PREDICT_TRUE(not_before <= now && now <= grants.not_after)) {
    return absl::OkStatus();
  }
  return Unauthenticated(Reason::kCallerCertificateExpired,
                         absl::StrCat("The certificate of ", grants.identity,
                                      now < not_before ? " is not valid yet; mend the clock"
                                                       : " has expired; renew it and reconnect"));
}

}  // namespace

VerifiedPeer::VerifiedPeer(const AuthzVerifier* verifier, Grants grants, absl::Time not_before)
    : verifier_(verifier),
      grants_(std::move(grants)),
      stale_(WithoutRoles(grants_, GrantState::kStalePolicy)),
      not_before_(not_before) {}

absl::StatusOr<const Grants*> VerifiedPeer::Current() const {
  FLEETCA_RETURN_IF_ERROR(CheckTime(grants_, not_before_, verifier_->options_.clock->Now()));
  const bool stale =
      grants_.state == GrantState::kGranted &&
      grants_.policy_revision < verifier_->minimum_policy_revision_.load(std::memory_order_relaxed);
  return stale ? &stale_ : &grants_;
}

absl::StatusOr<std::unique_ptr<AuthzVerifier>> AuthzVerifier::Create(AuthzVerifierOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckOptions(options));
  std::unique_ptr<AuthzVerifier> verifier(new AuthzVerifier(std::move(options)));
  for (const std::string& der : verifier->options_.roots) {
    FLEETCA_ASSIGN_OR_RETURN(Certificate root, ParseRoot(der));
    verifier->roots_.push_back(std::move(root));
  }
  return verifier;
}

AuthzVerifier::AuthzVerifier(AuthzVerifierOptions options)
    : options_(std::move(options)), minimum_policy_revision_(options_.minimum_policy_revision) {}

absl::StatusOr<std::string> AuthzVerifier::Identity(const Certificate& leaf) const {
  const auto is_uri = [](const x509::GeneralName& name) {
    return name.type == x509::NameType::kUri;
  };
  const auto uris = std::count_if(leaf.names.begin(), leaf.names.end(), is_uri);
  if (uris != 1) {
    return Unauthenticated(Reason::kCallerUnknown,
                           absl::StrCat("The caller's certificate has ", uris,
                                        " URI names; an identity is exactly one"));
  }
  const absl::string_view id = leaf.SpiffeId();
  if (x509::SpiffeTrustDomain(id) != options_.trust_domain || x509::SpiffePath(id).empty()) {
    return Unauthenticated(Reason::kCallerUnknown,
                           absl::StrCat("The URI name of the caller's certificate is no SPIFFE ID "
                                        "with a path in the trust domain ",
                                        options_.trust_domain));
  }
  return std::string(id);
}

void AuthzVerifier::ReadGrants(const Certificate& leaf, Grants* grants) const {
  const x509::Extension* const extension = leaf.Find(options_.oids.authz);
  if (extension == nullptr) {
    grants->state = GrantState::kAbsent;
    return;
  }
  absl::StatusOr<x509::FleetAuthz> authz = x509::ParseFleetAuthz(extension->value);
  if (!authz.ok()) {
    grants->state = GrantState::kUnreadable;
    return;
  }
  grants->policy_revision = authz->policy_revision;
  grants->audience = std::move(authz->audience);
  if (grants->audience.has_value() && std::find(grants->audience->begin(), grants->audience->end(),
                                                options_.audience) == grants->audience->end()) {
    grants->state = GrantState::kOtherAudience;
    return;
  }
  grants->state = GrantState::kGranted;
  grants->roles = std::move(authz->roles);
  grants->attributes = std::move(authz->attributes);
}

absl::StatusOr<VerifiedPeer> AuthzVerifier::VerifyPeer(
    absl::Span<const absl::string_view> chain) const {
  if (chain.empty() || chain.size() > kMaxChain) {
    return Unauthenticated(
        Reason::kCallerUnknown,
        absl::StrCat("The caller sent ", chain.size(),
                     " certificates; send its own and the intermediates, ", kMaxChain, " at most"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Certificate leaf, ParseSent(chain[0]));
  std::vector<Certificate> intermediates;
  for (const absl::string_view der : chain.subspan(1)) {
    FLEETCA_ASSIGN_OR_RETURN(Certificate intermediate, ParseSent(der));
    intermediates.push_back(std::move(intermediate));
  }
  FLEETCA_ASSIGN_OR_RETURN(const ChainValidity validity,
                           VerifyChain(leaf, {.roots = roots_,
                                              .intermediates = intermediates,
                                              .now = options_.clock->Now(),
                                              .purpose = options_.purpose}));
  Grants grants;
  FLEETCA_ASSIGN_OR_RETURN(grants.identity, Identity(leaf));
  grants.not_after = validity.not_after;
  ReadGrants(leaf, &grants);
  return VerifiedPeer(this, std::move(grants), validity.not_before);
}

absl::StatusOr<Grants> AuthzVerifier::Verify(absl::Span<const absl::string_view> chain) const {
  FLEETCA_ASSIGN_OR_RETURN(const VerifiedPeer peer, VerifyPeer(chain));
  FLEETCA_ASSIGN_OR_RETURN(const Grants* const grants, peer.Current());
  return *grants;
}

}  // namespace fleetca::client
