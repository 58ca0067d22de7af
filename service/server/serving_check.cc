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
#include "service/config/first_certificate_file.h"
#include "service/config/token_issuer_config.h"
#include "service/issuance/issuing_policy.h"
#include "service/net/tls_check.h"
#include "service/net/tls_credentials.h"
#include "service/revocation/revocation_pointers.h"
#include "service/rpc/peer_reader.h"
#include "service/server/own_certificate_watch.h"
#include "service/server/running_ca.h"
#include "service/server/server_renewal.h"
#include "service/server/serving_places.h"
#include "service/server/serving_policy.h"
#include "store/memory/memory_store.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"

namespace fleetca::service {
namespace {

// What the issuing certificate determines about those under it, as far as a policy is judged by it.
absl::StatusOr<IssuingCa> LoadIssuingCa(const ServerConfig& server) {
  const IssuerConfig& config = server.issuer;
  FLEETCA_ASSIGN_OR_RETURN(const x509::HeldCertificate issuer,
                           ReadFirstCertificate(config.certificate_file));
  IssuingCa ca;
  ca.subject = std::string(issuer->subject);
  ca.key_id = std::string(issuer->subject_key_id);
  ca.not_before = issuer->not_before;
  ca.not_after = issuer->not_after;
  ca.path_length = issuer->path_length;
  ca.oids = config.oids;
  if (!server.http.base_url.empty()) {
    ca.pointers = RevocationPointers{.base_url = server.http.base_url};
  }
  return ca;
}

// The server's TLS as its files have it; null where the server would issue itself another pair.
// None is issued here: a certificate that is signed is one that the store records.
absl::StatusOr<std::unique_ptr<ServerTls>> LoadTls(const ServerConfig& config, const RunningCa& ca,
                                                   const ServerRenewal& renewal,
                                                   FileWatcher& watcher,
                                                   std::vector<std::string>* warnings) {
  const ListenerConfig& listener = config.listener;
  bool has_another = false;
  absl::StatusOr<std::unique_ptr<ServerTls>> tls = ServerTls::Create(
      {listener.certificate_file, listener.private_key_file, listener.client_ca_file}, watcher,
      Clock::System(), /*accept=*/nullptr, [&ca] { return ca.Trust(); },
      {.instead = [&](const absl::Status& why) -> absl::StatusOr<TlsPair> {
        const absl::Status would = renewal.CheckPairInstead(why);
        if (!would.ok()) {
          return would;
        }
        has_another = true;
        warnings->push_back(
            absl::StrCat(why.message(), "; the server would issue itself another one"));
        return why;
      }});
  if (!has_another) {
    return tls;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string roots, ReadFile(listener.client_ca_file));
  FLEETCA_RETURN_IF_ERROR(CheckClientRoots({listener.client_ca_file, roots}).status());
  return nullptr;
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
  const ServerRenewal renewal(config, *ca, clock);
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<ServerTls> tls,
                           LoadTls(config, *ca, renewal, *watcher, warnings));
  for (const OwnCertificate& own : FindOwnCertificates(config, *ca, tls.get(), renewal)) {
    if (std::string warning = EndWarning(own, clock.Now()); !warning.empty()) {
      warnings->push_back(std::move(warning));
    }
  }
  if (const absl::Status renewable = renewal.CheckGranted(); !renewable.ok()) {
    warnings->emplace_back(renewable.message());
  }
  for (const std::vector<std::string>& more :
       {ca->Warnings(), tls == nullptr ? std::vector<std::string>() : tls->Warnings()}) {
    warnings->insert(warnings->end(), more.begin(), more.end());
  }
  return config.token_issuers.empty()
             ? absl::OkStatus()
             : MakeJwtReader(config.trust_domain, config.token_issuers, *watcher).status();
}

absl::Status CheckPolicyForServing(const ServerConfig& config, absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const Policy> policy, LoadServingPolicy(config, path));
  FLEETCA_ASSIGN_OR_RETURN(const IssuingCa ca, LoadIssuingCa(config));
  return IssuingPolicy::Create(std::move(policy), ca).status();
}

}  // namespace fleetca::service
