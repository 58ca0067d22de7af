#include "service/server/running_ca.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "service/authority/crl_shards_file.h"
#include "service/config/claim_reach.h"
#include "service/config/policy_config.h"
#include "service/issuance/issuing_policy.h"
#include "service/net/certificate_path.h"
#include "service/revocation/revocation_pointers.h"
#include "service/server/ca_validity.h"
#include "service/server/followed_root_crl.h"
#include "service/server/issuing_cas.h"
#include "service/server/serving_policy.h"
#include "service/time/time_witness.h"
#include "signer/key_file.h"
#include "signer/local_signer.h"
#include "store/rocksdb/rocksdb_store.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/public_key.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kRevocationsPatience = absl::Seconds(1);

// The issuing certificate, then the other certificates of its file.
absl::StatusOr<std::vector<std::string>> LoadIssuingFile(const IssuerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(config.certificate_file));
  absl::StatusOr<std::vector<std::string>> ders = x509::DecodePem(x509::kPemCertificate, pem);
  if (!ders.ok()) {
    return Annotate(ders.status(), config.certificate_file);
  }
  if (const auto issuing = x509::ParseCertificate(ders->front()); !issuing.ok()) {
    return Annotate(issuing.status(), config.certificate_file);
  }
  return ders;
}

// The path to a root by certificates that are valid now, or else by any certificates: what is wrong
// with one of those is said of it by name (FindCaEnd), and a bundle that comes later is not refused
// for it.
CertificatePath PathToRoot(absl::Span<const std::string> file, const TrustBundle& bundle) {
  CertificatePath path = FindCertificatePath(file, bundle.roots, Clock::System().Now());
  return path.rooted ? path : FindCertificatePath(file, bundle.roots, std::nullopt);
}

// Whether a file could not be read, and so was not judged.
bool IsOfTheFile(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  return reason == Reason::kFileMissing || reason == Reason::kFilePermissions ||
         reason == Reason::kFileInvalid;
}

void WarnOfWitness(const TimeWitness& witness) {
  if (const absl::Status status = witness.CheckMayAsk(); !status.ok()) {
    log::Warning("The clock is without a witness", {{"reason", status.message()}});
  }
}

// Where word of revoked certificates is; nullopt where the server has no HTTP port to name.
absl::StatusOr<std::optional<RevocationPointers>> PointersOf(const ServerConfig& config,
                                                             absl::string_view issuing) {
  if (config.http.base_url.empty()) {
    return std::nullopt;
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(issuing));
  FLEETCA_ASSIGN_OR_RETURN(
      const uint16_t shards,
      DecideCrlShards(CrlShardsFile(config.issuer.certificate_file), certificate.subject_key_id,
                      config.revocation.crl_shards, config.http.base_url));
  return RevocationPointers{.base_url = config.http.base_url, .crl_shards = shards};
}

void WarnOfDefaults(const ServerConfig& config) {
  if (config.issuer.fleet_arc == x509::kDefaultFleetArcText) {
    log::Warning(
        "Authorization is written under the object identifiers for trials; set issuer.fleet_arc to "
        "an arc under your own enterprise number before services rely on it",
        {{"fleet_arc", config.issuer.fleet_arc}});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunningCa>> RunningCa::Open(const ServerConfig& config,
                                                           std::unique_ptr<store::Store> store,
                                                           FileWatcher& watcher) {
  const bool is_lasting = store == nullptr;
  auto ca = absl::WrapUnique(new RunningCa(config));
  ca->store_ = std::move(store);
  FLEETCA_RETURN_IF_ERROR(ca->LoadPolicy(config));
  FLEETCA_RETURN_IF_ERROR(ca->LoadBundle(config));
  FLEETCA_RETURN_IF_ERROR(ca->OpenIssuer(config));
  FLEETCA_RETURN_IF_ERROR(ca->FollowRevocations());
  FLEETCA_RETURN_IF_ERROR(ca->LoadEarlyRenewals(config));
  if (const IssuingCa& issuing = ca->issuer_->ca(); is_lasting && issuing.pointers.has_value()) {
    FLEETCA_RETURN_IF_ERROR(
        KeepCrlShards(CrlShardsFile(config.issuer.certificate_file), issuing.key_id,
                      {issuing.pointers->crl_shards, issuing.pointers->base_url}));
  }
  ca->join_tokens_ = std::make_unique<JoinTokens>(*ca->store_, *ca->policies_, *ca->clock_rule_);
  FLEETCA_ASSIGN_OR_RETURN(
      ca->renewal_proofs_,
      RenewalProofs::Create({.issuing_cas = ca->issuing_cas_,
                             .trust_domain = config.trust_domain,
                             .oids = config.issuer.oids,
                             .store = ca->store_.get()},
                            *ca->store_, config.store_retention, *ca->policies_, *ca->clock_rule_));
  FLEETCA_ASSIGN_OR_RETURN(ca->time_keeper_, TimeKeeper::Start(*ca->clock_rule_, *ca->store_));
  watcher.Watch(*ca->bundle_files_);
  ca->root_crl_ = FollowRootCrl(config, ca->bundles_.Current()->roots, ca->issuing_cas_,
                                ca->revocations_, watcher);
  WarnOfDefaults(config);
  WarnOfWitness(TimeWitness::System());
  return ca;
}

absl::Status RunningCa::LoadPolicy(const ServerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(ReservedNames names,
                           LoadReservedNames(config.listener.certificate_file));
  {
    absl::MutexLock lock(&names_mutex_);
    server_names_ = std::move(names);
  }
  policy_files_ = std::make_unique<WatchedFiles>(
      "the policy", std::vector<WatchedFile>{{config_.policy_file}},
      [this](absl::Span<const SecretBytes> contents) { return SwitchPolicy(contents[0].view()); });
  return policy_files_->Load();
}

absl::Status RunningCa::SwitchPolicy(absl::string_view text) {
  if (policies_ != nullptr) {
    change_mutex_.AssertHeld();  // by ApplyPolicy
    return ReplacePolicy(text);
  }
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<const Policy> policy, ParsePolicyOfServer(text));
  policies_ = std::make_unique<CurrentPolicy>(
      std::move(policy), [this](absl::string_view again) { return ParseFittingPolicy(again); });
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<const Policy>> RunningCa::ParsePolicyOfServer(
    absl::string_view text) const {
  return ParseServingPolicy(config_, text, config_.policy_file, ServerNames());
}

// For reloads: what could not be joined to the issuing certificate must not come in force.
absl::StatusOr<std::unique_ptr<const Policy>> RunningCa::ParseFittingPolicy(
    absl::string_view text) const {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<const Policy> policy, ParsePolicyOfServer(text));
  // The pointer is only lent: it is not deleted, and the joined policy ends first.
  const std::shared_ptr<const Policy> lent(policy.get(), [](const Policy*) {});
  FLEETCA_RETURN_IF_ERROR(IssuingPolicy::Create(lent, issuer_->ca()).status());
  return policy;
}

absl::Status RunningCa::ReplacePolicy(absl::string_view text) {
  const std::array<char, 32> sha256 = Sha256(text);  // of the file's own octets, its mark included
  if (!wanted_sha256_.empty() &&
      wanted_sha256_ != absl::string_view(sha256.data(), sha256.size())) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("The server's policy file, ", config_.policy_file,
                     ", is not the one that was asked for: its SHA-256 is another. Copy the file "
                     "that was checked there, and ask again"));
  }
  FLEETCA_ASSIGN_OR_RETURN(policy_change_, policies_->Reload(config_.policy_file, text));
  return absl::OkStatus();
}

absl::StatusOr<PolicyChange> RunningCa::ApplyPolicy(absl::string_view file_sha256) {
  absl::MutexLock lock(&change_mutex_);
  wanted_sha256_ = std::string(file_sha256);
  const absl::Status status = policy_files_->Load();
  if (status.ok()) {
    return std::move(policy_change_);
  }
  if (IsOfTheFile(status)) {  // else the policy was judged, and that is logged
    log::Error("The policy was not replaced; the old one stays in force",
               {{"file", config_.policy_file},
                {"revision", policies_->Current()->revision()},
                {"error", status.message()}});
  }
  return status;
}

ReservedNames RunningCa::ServerNames() const {
  absl::MutexLock lock(&names_mutex_);
  return server_names_;
}

absl::Status RunningCa::ReserveNames(const x509::Certificate& server) {
  absl::MutexLock lock(&change_mutex_);
  ReservedNames names = ReservedNamesOf(server);
  if (names == ServerNames()) {
    return absl::OkStatus();
  }
  const absl::Status reserved = policies_->Reserve(
      names, [this](const Policy& policy) { return CheckClaimReach(config_, policy); });
  if (!reserved.ok()) {
    return Annotate(reserved,
                    "its names cannot be reserved for the CA by the policy in force (reload the "
                    "policy once it is corrected)");
  }
  {
    absl::MutexLock names_lock(&names_mutex_);
    server_names_ = std::move(names);
  }
  log::Info("The names in the server's new certificate are reserved");
  return absl::OkStatus();
}

absl::Status RunningCa::LoadBundle(const ServerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(chain_, LoadIssuingFile(config.issuer));
  FLEETCA_ASSIGN_OR_RETURN(IssuingCas issuing_cas, LoadIssuingCas(config.issuer, chain_.front()));
  issuing_cas_ = std::move(issuing_cas.certificates);
  for (std::string& warning : issuing_cas.warnings) {
    log::Warning("Not all is right with the issuing CA's certificates", {{"what", warning}});
    chain_warnings_.push_back(std::move(warning));
  }
  bundle_files_ = std::make_unique<WatchedFiles>(
      "the trust bundle", std::vector<WatchedFile>{{config_.issuer.trust_bundle_file}},
      [this](absl::Span<const SecretBytes> contents) { return SwitchBundle(contents); });
  return bundle_files_->Load();
}

absl::Status RunningCa::SwitchBundle(absl::Span<const SecretBytes> contents) {
  absl::StatusOr<TrustBundle> bundle =
      TrustBundle::FromPem(contents[0].view(), config_.trust_domain, chain_);
  if (!bundle.ok()) {
    return Annotate(bundle.status(), config_.issuer.trust_bundle_file);
  }
  FLEETCA_RETURN_IF_ERROR(CheckRooted(*bundle));
  FLEETCA_ASSIGN_OR_RETURN(CaEnd end, FindCaEnd(config_.issuer, chain_, bundle->roots));
  if (issuer_ == nullptr) {  // at the start, and the issuer is made with the roots
    FLEETCA_RETURN_IF_ERROR(end.CheckAt(Clock::System().Now()));
  } else {
    FLEETCA_RETURN_IF_ERROR(issuer_->NeverCertify(bundle->roots));
  }
  for (const std::string& warning : bundle->warnings) {
    log::Warning("Not all is right with the trust bundle",
                 {{"file", config_.issuer.trust_bundle_file}, {"what", warning}});
  }
  bundles_.Replace(*std::move(bundle));
  absl::MutexLock lock(&end_mutex_);
  end_ = std::move(end);
  return absl::OkStatus();
}

absl::Status RunningCa::CheckRooted(const TrustBundle& bundle) {
  const CertificatePath path = PathToRoot(chain_, bundle);
  if (!path.rooted) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(config_.issuer.trust_bundle_file, ": no root of it signed the last of ",
                     config_.issuer.certificate_file,
                     "'s certificates that lead up from the issuing CA's; add that root to it, or "
                     "the certificates between the two to that file",
                     path.left_out.empty() ? "" : " (", absl::StrJoin(path.left_out, "; "),
                     path.left_out.empty() ? "" : ")"));
  }
  if (issuer_ != nullptr) {
    return absl::OkStatus();
  }
  std::vector<std::string> not_needed = path.left_out;
  for (const size_t position : path.beside) {
    not_needed.push_back(absl::StrCat("certificate ", position + 1, " is on no way to a root"));
  }
  chain_ = Pick(chain_, path.path);
  if (!not_needed.empty()) {
    chain_warnings_ = {absl::StrCat(config_.issuer.certificate_file,
                                    ": certificates that the chain does not need are left out: ",
                                    absl::StrJoin(not_needed, "; "))};
    log::Warning("Not all is right with the issuing CA's certificates",
                 {{"what", chain_warnings_.front()}});
  }
  return absl::OkStatus();
}

absl::Status RunningCa::CheckNotExpired(absl::Time now) const {
  absl::MutexLock lock(&end_mutex_);
  return end_.CheckAt(now);
}

ServerTrust RunningCa::Trust() const {
  ServerTrust trust{bundles_.Current()->roots, issuing_cas_, config_.trust_domain};
  trust.own_cas.insert(trust.own_cas.end(), chain_.begin(), chain_.end());
  return trust;
}

std::vector<std::string> RunningCa::Warnings() const {
  std::vector<std::string> warnings = chain_warnings_;
  for (const std::string& warning : bundles_.Current()->warnings) {
    warnings.push_back(absl::StrCat(config_.issuer.trust_bundle_file, ": ", warning));
  }
  return warnings;
}

absl::Status RunningCa::OpenIssuer(const ServerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(EvpPkeyPtr key, signer::ReadKeyFile(config.issuer.key));
  FLEETCA_ASSIGN_OR_RETURN(signer_, signer::CreateLocalSigner(std::move(key)));
  if (store_ == nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(store_, store::OpenRocksDbStore(config.store));
  }
  possession_ = x509::PossessionVerifier::Create(config.possession_lanes);
  clock_rule_ =
      std::make_unique<ClockRule>(Clock::System(), TimeWitness::System(), *store_, config.clock);
  IssuerOptions options{.issuer_certificate = chain_.front(),
                        .ca_certificates = chain_,
                        .blocked_keys = config.issuer.blocked_keys,
                        .policies = policies_.get(),
                        .oids = config.issuer.oids,
                        .provenance = config.issuer.provenance,
                        .signer = signer_.get(),
                        .store = store_.get(),
                        .possession = possession_.get(),
                        .clock_rule = clock_rule_.get(),
                        .revocations = &revocations_,
                        .learn_revocations = [this] {
                          return revocation_follower_ == nullptr ? absl::OkStatus()
                                                                 : revocation_follower_->CatchUp();
                        }};
  const std::shared_ptr<const TrustBundle> bundle = bundles_.Current();
  options.ca_certificates.insert(options.ca_certificates.end(), bundle->roots.begin(),
                                 bundle->roots.end());
  options.csr_limits.max_bytes = config.limits.max_csr_bytes;
  FLEETCA_ASSIGN_OR_RETURN(options.pointers, PointersOf(config, chain_.front()));
  FLEETCA_ASSIGN_OR_RETURN(issuer_, Issuer::Create(std::move(options)));
  return absl::OkStatus();
}

absl::Status RunningCa::FollowRevocations() {
  FLEETCA_ASSIGN_OR_RETURN(revocation_follower_,
                           RevocationFollower::Start(*store_, revocations_, {}));
  revoker_ = std::make_unique<Revoker>(
      *store_, revocations_, *revocation_follower_, *clock_rule_,
      [this] { return RenewalGracesOf(*policies_->Current(), config_.store_retention); });
  identity_blocks_ = std::make_unique<IdentityBlocks>(*store_, *revocation_follower_, *clock_rule_);
  // So that the first callers of a server with few of them need not come again. Where there are
  // many, the ports open before they are read.
  revocations_.AwaitComplete(kRevocationsPatience);
  return absl::OkStatus();
}

absl::Status RunningCa::LoadEarlyRenewals(const ServerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(
      early_renewals_,
      EarlyRenewalOrders::Load(*store_, revocations_, *clock_rule_, config.renewals));
  renewal_windows_ =
      std::make_unique<RenewalWindows>(*store_, *early_renewals_, revocations_, *clock_rule_);
  return absl::OkStatus();
}

std::string RunningCa::IssuerKeyDescription() const {
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(chain_.front());
  if (!certificate.ok()) {
    return "";  // it was parsed when it was loaded
  }
  const x509::PublicKey& key = certificate->public_key;
  const absl::string_view algorithm = x509::PublicKeyAlgorithmName(key.algorithm);
  return key.algorithm == x509::PublicKeyAlgorithm::kRsa ? absl::StrCat(algorithm, "-", key.bits)
                                                         : std::string(algorithm);
}

}  // namespace fleetca::service
