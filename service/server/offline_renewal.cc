#include "service/server/offline_renewal.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_watcher.h"
#include "base/status_macros.h"
#include "service/authority/ca_init.h"
#include "service/config/first_certificate_file.h"
#include "service/policy/policy.h"
#include "service/server/own_issuance.h"
#include "service/server/running_ca.h"
#include "store/store_place.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

// The profile by which the identity may have certificates, where there is one.
absl::StatusOr<std::string> OnlyProfileOf(const Policy& policy, absl::string_view identity) {
  std::vector<std::string> granted;
  for (const PolicyProfile& profile : policy.profiles()) {
    if (policy.CheckMayAsk(identity, identity, profile.profile.name()).ok()) {
      granted.push_back(profile.profile.name());
    }
  }
  if (granted.size() == 1) {
    return granted.front();
  }
  return FailedPrecondition(
      Reason::kConfigInvalid,
      granted.empty()
          ? absl::StrCat("The policy grants ", identity,
                         " no certificate of its own; write a rule for it with a profile")
          : absl::StrCat("The policy grants ", identity, " several profiles (",
                         absl::StrJoin(granted, ", "), "); say which with --profile"));
}

absl::StatusOr<std::unique_ptr<RunningCa>> Open(const ServerConfig& config, FileWatcher& watcher) {
  FLEETCA_RETURN_IF_ERROR(store::CheckStorePlace(config.store.path, config.store.head_file));
  absl::StatusOr<std::unique_ptr<RunningCa>> ca = RunningCa::Open(config, nullptr, watcher);
  if (GetReason(ca.status()) == Reason::kStoreLocked) {
    return FailedPrecondition(
        Reason::kStoreLocked,
        absl::StrCat(ca.status().message(),
                     " (the server runs: its own certificate it renews by itself, and an "
                     "operator's is renewed by `fleetca cert renew` while it is valid; else stop "
                     "the server, run this again, and start it)"));
  }
  return ca;
}

absl::StatusOr<std::vector<std::string>> Octets(const std::vector<std::string>& addresses) {
  std::vector<std::string> octets;
  for (const std::string& address : addresses) {
    FLEETCA_ASSIGN_OR_RETURN(octets.emplace_back(), AddressOctets(address));
  }
  return octets;
}

// They alias the arguments.
x509::GeneralNames Names(const std::vector<std::string>& dns,
                         const std::vector<std::string>& addresses) {
  x509::GeneralNames names;
  for (const std::string& name : dns) {
    names.push_back({x509::NameType::kDns, name});
  }
  for (const std::string& octets : addresses) {
    names.push_back({x509::NameType::kIp, octets});
  }
  return names;
}

}  // namespace

absl::StatusOr<OfflineRenewal> RenewOffline(const ServerConfig& config,
                                            const OfflineRequest& request) {
  const PairFiles& files = request.files;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> addresses,
                           Octets(request.more_addresses));
  FLEETCA_ASSIGN_OR_RETURN(const x509::HeldCertificate old,
                           ReadFirstCertificate(files.certificate));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<FileWatcher> watcher, FileWatcher::Start());
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RunningCa> ca, Open(config, *watcher));
  if (!IsIssuedBy(*ca, *old)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(files.certificate,
                     ": this CA did not issue it, so it does not renew it; nothing was changed"));
  }
  OfflineRenewal renewal{
      .files = files, .identity = std::string(old->SpiffeId()), .profile = request.profile};
  if (renewal.profile.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(renewal.profile,
                             OnlyProfileOf(*ca->policies().Current(), renewal.identity));
  }
  const absl::StatusOr<OwnIssued> issued =
      IssueLike(*old, renewal.profile, *ca, Names(request.more_dns_names, addresses));
  if (!issued.ok()) {
    return Annotate(issued.status(), files.certificate);
  }
  // One that came before its certificate may be somebody's only copy.
  if (const absl::StatusOr<SecretBytes> key = ReadSecretFile(files.private_key);
      key.ok() && CompareKey(*key, *old) != KeyIs::kItsOwn) {
    FLEETCA_RETURN_IF_ERROR(KeepKey(files.private_key).status());
  }
  FLEETCA_RETURN_IF_ERROR(
      ReplacePair(files, issued->pair.certificate.view(), issued->pair.private_key.view()));
  renewal.serial = absl::BytesToHexString(issued->serial_number);
  renewal.not_after = issued->not_after;
  return renewal;
}

}  // namespace fleetca::service
