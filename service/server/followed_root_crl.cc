#include "service/server/followed_root_crl.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "base/log.h"
#include "service/revocation/revoked_issuers.h"

namespace fleetca::service {

std::unique_ptr<RootCrlFile> FollowRootCrl(const ServerConfig& config,
                                           const std::vector<std::string>& roots,
                                           const std::vector<std::string>& issuing_cas,
                                           KnownRevocations& known, FileWatcher& watcher) {
  const std::string& file = config.revocation.root_crl_file;
  const auto taken = [issuing_cas, file, &known](const RootCrl& crl) {
    absl::flat_hash_set<std::string> revoked = RevokedIssuers(crl.der, issuing_cas);
    for (const std::string& issuer : revoked) {
      log::Error(
          "ALARM: the root has revoked an issuing CA of this server; whoever has a certificate of "
          "it is refused",
          {{"issuing_ca", absl::BytesToHexString(issuer)}, {"file", file}});
    }
    known.SetRevokedIssuers(std::move(revoked));
  };
  auto root_crl = std::make_unique<RootCrlFile>(file, roots, taken);
  const absl::Status loaded = root_crl->Load();
  // Where an older release made the CA, there is none.
  if (config.http.base_url.empty() && GetReason(loaded) == Reason::kFileMissing) {
    return root_crl;
  }
  if (!loaded.ok()) {
    log::Warning(
        "The root's CRL is not known and not handed out; make it with `fleetca ca root-crl`",
        {{"file", file}, {"reason", loaded.message()}});
  }
  watcher.Watch(root_crl->watched());
  return root_crl;
}

}  // namespace fleetca::service
