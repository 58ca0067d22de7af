#include "service/server/serving_check.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_watcher.h"
#include "base/status_macros.h"
#include "service/config/token_issuer_config.h"
#include "service/issuance/issuing_policy.h"
#include "service/net/tls_credentials.h"
#include "service/rpc/peer_reader.h"
#include "service/server/own_certificate_watch.h"
#include "service/server/running_ca.h"
#include "service/server/server_renewal.h"
#include "service/server/serving_places.h"
#include "service/server/serving_policy.h"
#include "store/memory/memory_store.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// What the issuing certificate determines about those under it, as far as a policy is judged by it.
absl::StatusOr<IssuingCa> LoadIssuingCa(const IssuerConfig& config) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(config.certificate_file));
  const absl::StatusOr<std::vector<std::string>> chain =
      x509::DecodePem(x509::kPemCertificate, pem);
  if (!chain.ok()) {
    return Annotate(chain.status(), config.certificate_file);
  }
  const absl::StatusOr<x509::Certificate> issuer = x509::ParseCertificate(chain->front());
  if (!issuer.ok()) {
    return Annotate(issuer.status(), config.certificate_file);
  }
  IssuingCa ca;
  ca.subject = std::string(issuer->subject);
  ca.key_id = std::string(issuer->subject_key_id);
  ca.not_before = issuer->not_before;
  ca.not_after = issuer->not_after;
  ca.path_length = issuer->path_length;
  ca.oids = config.oids;
  return ca;
}

}  // namespace

absl::Status CheckServing(const ServerConfig& config, std::vector<std::string>* warnings) {
  FLEETCA_RETURN_IF_ERROR(CheckPlaces(config, /*with_store=*/true));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<FileWatcher> watcher, FileWatcher::Start());
  FLEETCA_ASSIGN_OR_RETURN(
      const std::unique_ptr<RunningCa> ca,
      RunningCa::Open(config, std::make_unique<store::MemoryStore>(), *watcher));
  *warnings = config.warnings;
  const std::vector<std::string>& of_policy = ca->policies().Current()->warnings();
  warnings->insert(warnings->end(), of_policy.begin(), of_policy.end());
  FLEETCA_RETURN_IF_ERROR(PeerReader::Create({.issuing_cas = ca->issuing_cas(),
                                              .trust_domain = config.trust_domain,
                                              .oids = config.issuer.oids,
                                              .store = &ca->store()})
                              .status());
  const Clock& clock = Clock::System();
  ServerRenewal renewal(config, *ca, clock, ServerRenewal::Writes::kNothing);
  FLEETCA_ASSIGN_OR_RETURN(
      const std::unique_ptr<ServerTls> tls,
      ServerTls::Create({config.listener.certificate_file, config.listener.private_key_file,
                         config.listener.client_ca_file},
                        *watcher, clock, /*accept=*/nullptr, [&ca] { return ca->Trust(); },
                        {.instead = [&](const absl::Status& why) {
                          warnings->push_back(absl::StrCat(
                              why.message(), "; the server would issue itself another one"));
                          return renewal.PairInstead(why);
                        }}));
  for (const OwnCertificate& own : FindOwnCertificates(config, *ca, *tls, renewal)) {
    if (std::string warning = EndWarning(own, clock.Now()); !warning.empty()) {
      warnings->push_back(std::move(warning));
    }
  }
  if (const absl::Status renewable = renewal.CheckGranted(); !renewable.ok()) {
    warnings->emplace_back(renewable.message());
  }
  for (const std::vector<std::string>& more : {ca->Warnings(), tls->Warnings()}) {
    warnings->insert(warnings->end(), more.begin(), more.end());
  }
  return config.token_issuers.empty()
             ? absl::OkStatus()
             : MakeJwtReader(config.trust_domain, config.token_issuers, *watcher).status();
}

absl::Status CheckPolicyForServing(const ServerConfig& config, absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const Policy> policy, LoadServingPolicy(config, path));
  FLEETCA_ASSIGN_OR_RETURN(const IssuingCa ca, LoadIssuingCa(config.issuer));
  return IssuingPolicy::Create(std::move(policy), ca).status();
}

}  // namespace fleetca::service
