#include "client/authz/authz_verifier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_since_boot.h"
#include "x509/authz/authz_token.h"
#include "x509/authz/fleet_authz.h"
#include "x509/peer_certificate.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

constexpr size_t kMaxChain = 16;

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

// Those that can be a root: one that is unusual must not cost the services the others.
absl::StatusOr<x509::CertificatePool> RootsOf(const std::vector<std::string>& ders) {
  std::vector<x509::CertificatePool::Unused> unused;
  x509::CertificatePool roots = x509::CertificatePool::OfCas(ders, &unused);
  if (roots.empty()) {
    return InvalidArgument(
        Reason::kConfigInvalid, "roots",
        absl::StrCat("No certificate of the list of roots can be one; list the root of the CA. The "
                     "first: ",
                     unused.front().why.message()));
  }
  for (const auto& [position, why] : unused) {
    log::Warning("A root is not used, and nobody is anybody by it",
                 {{"certificate", position + 1}, {"why", why.message()}});
  }
  return roots;
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

VerifiedPeer::VerifiedPeer(const AuthzVerifier* verifier, Grants grants, absl::Time not_before,
                           absl::string_view serial)
    : verifier_(verifier),
      grants_(std::move(grants)),
      stale_(WithoutRoles(grants_, GrantState::kStalePolicy)),
      not_before_(not_before),
      serial_(serial) {}

absl::StatusOr<const Grants*> VerifiedPeer::Current() const {
  FLEETCA_RETURN_IF_ERROR(CheckTime(grants_, not_before_, verifier_->options_.clock->Now()));
  if (const Revocations* const revocations = verifier_->options_.revocations.get();
      revocations != nullptr) {
    FLEETCA_RETURN_IF_ERROR(revocations->Check(serial_, TimeSinceBoot()));
  }
  const bool stale =
      grants_.state == GrantState::kGranted &&
      grants_.policy_revision < verifier_->minimum_policy_revision_.load(std::memory_order_relaxed);
  return stale ? &stale_ : &grants_;
}

absl::StatusOr<std::unique_ptr<AuthzVerifier>> AuthzVerifier::Create(AuthzVerifierOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckOptions(options));
  std::unique_ptr<AuthzVerifier> verifier(new AuthzVerifier(std::move(options)));
  FLEETCA_ASSIGN_OR_RETURN(verifier->roots_, RootsOf(verifier->options_.roots));
  return verifier;
}

AuthzVerifier::AuthzVerifier(AuthzVerifierOptions options)
    : options_(std::move(options)), minimum_policy_revision_(options_.minimum_policy_revision) {}

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
  const auto leaf = x509::ParseCertificate(chain[0]);
  if (!leaf.ok()) {
    return Unauthenticated(Reason::kAuthzInvalid, leaf.status().message());
  }
  // Strangers send these: what cannot be read here may be for someone else to read.
  std::vector<Certificate> sent;
  for (const absl::string_view der : chain.subspan(1)) {
    if (auto intermediate = x509::ParseCertificate(der); intermediate.ok()) {
      sent.push_back(*std::move(intermediate));
    }
  }
  std::vector<const Certificate*> intermediates;
  for (const Certificate& known : options_.intermediates.certificates()) {
    intermediates.push_back(&known);
  }
  for (const Certificate& intermediate : sent) {
    intermediates.push_back(&intermediate);
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::PeerIdentity peer,
                           x509::VerifyPeer(*leaf, {.roots = roots_.certificates(),
                                                    .intermediates = intermediates,
                                                    .now = options_.clock->Now(),
                                                    .trust_domain = options_.trust_domain,
                                                    .purpose = options_.purpose}));
  Grants grants;
  grants.identity = std::string(peer.spiffe_id);
  grants.not_after = peer.validity.not_after;
  ReadGrants(*leaf, &grants);
  return VerifiedPeer(this, std::move(grants), peer.validity.not_before, leaf->serial);
}

absl::StatusOr<Grants> AuthzVerifier::Verify(absl::Span<const absl::string_view> chain) const {
  FLEETCA_ASSIGN_OR_RETURN(const VerifiedPeer peer, VerifyPeer(chain));
  FLEETCA_ASSIGN_OR_RETURN(const Grants* const grants, peer.Current());
  return *grants;
}

}  // namespace fleetca::client
