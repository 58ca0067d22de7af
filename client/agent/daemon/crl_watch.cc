#include "client/agent/daemon/crl_watch.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/fetch/http_fetch.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/agent/attempt_delay.h"
#include "x509/certificate.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::client {
namespace {

// How often it is looked whether something is due, or a certificate has changed.
constexpr absl::Duration kLook = absl::Seconds(15);
// A CRL is fetched again in the middle of its life, and so often in any case.
constexpr absl::Duration kSeldom = absl::Hours(1);
constexpr absl::Duration kOften = absl::Minutes(1);
constexpr AttemptDelay kAfterFailure{.first = absl::Seconds(15), .longest = absl::Minutes(15)};
constexpr absl::Duration kTimeout = absl::Seconds(10);
// A host has no use for more, and the agent is small.
constexpr size_t kMaxBytes = size_t{16} << 20;
constexpr absl::string_view kSuffix = ".crl";

// ".../crl/ISSUER.crl" for ".../crl/ISSUER/SHARD.crl"; any other as it is.
std::string CompleteUrl(absl::string_view url) {
  const size_t slash = url.rfind('/');
  absl::string_view shard = url.substr(slash + 1);
  const absl::string_view folder = url.substr(0, slash);
  const bool is_shard = slash != absl::string_view::npos && absl::ConsumeSuffix(&shard, kSuffix) &&
                        !shard.empty() &&
                        std::all_of(shard.begin(), shard.end(), absl::ascii_isdigit) &&
                        absl::StrContains(folder, "/crl/");
  return is_shard ? absl::StrCat(folder, kSuffix) : std::string(url);
}

// The first plain URL that the certificate names; "" where there is none.
std::string UrlOf(const x509::Certificate& certificate) {
  const auto url = std::find_if(
      certificate.crl_urls.begin(), certificate.crl_urls.end(),
      [](absl::string_view candidate) { return IsPlainUrl(candidate, UrlScheme::kHttp); });
  return url == certificate.crl_urls.end() ? "" : CompleteUrl(*url);
}

// Who signed the certificate, DER: the next of the chain, or a root; "" where it is not there.
std::string IssuerOf(const Credential& credential, size_t position,
                     const x509::Certificate& certificate) {
  if (position < credential.chain_der.size()) {
    return credential.chain_der[position];
  }
  for (const std::string& root : credential.roots_der) {
    const absl::StatusOr<x509::Certificate> parsed = x509::ParseCertificate(root);
    if (parsed.ok() && x509::VerifySignedBy(certificate, *parsed).ok()) {
      return root;
    }
  }
  return "";
}

// A CRL comes by an open way, and is believed for its signature. Whoever is on that way has others
// of the CA's, valid as well, that say less: those of single shards, and earlier ones.
absl::Status CheckSaysAll(const x509::Crl& crl, const std::string& url) {
  if (crl.distribution_point.empty() || crl.distribution_point == url) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("it speaks of the certificates of ", crl.distribution_point,
                   " alone; see what answers between this host and the CA's HTTP port"));
}

absl::Status CheckNotOlder(const x509::Crl& crl, absl::Time known) {
  if (crl.this_update >= known) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(
          "it is of ", TimeToWords(crl.this_update), ", and the one in use is of ",
          TimeToWords(known),
          " and stays; see what answers between this host and the CA's HTTP port with what "
          "is out of date"));
}

}  // namespace

absl::StatusOr<std::string> FetchCrlByHttp(const std::string& url) {
  FLEETCA_ASSIGN_OR_RETURN(
      FetchedDocument document,
      FetchHttp(
          {.url = url, .scheme = UrlScheme::kHttp, .max_bytes = kMaxBytes, .timeout = kTimeout}));
  return std::move(document.body);
}

absl::StatusOr<std::unique_ptr<CrlWatch>> CrlWatch::Create(const AgentOptions& options,
                                                           const HeldIdentities* held,
                                                           Fetch fetch) {
  auto watch = absl::WrapUnique(new CrlWatch(held, std::move(fetch)));
  const absl::MutexLock lock(&watch->mutex_);
  for (const IdentityOptions& identity : options.identities) {
    const std::string& path = identity.outputs.crl_folder;
    if (path.empty() && identity.sockets.empty()) {
      continue;
    }
    Watched& watched = watch->watched_[identity.name];
    if (!path.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(watched.folder, CrlFolder::Open(path));
    }
  }
  return watch;
}

absl::Time CrlWatch::Step(absl::Time now) {
  ++look_;
  std::vector<std::string> names;
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [name, watched] : watched_) {
      names.push_back(name);
    }
  }
  for (const std::string& name : names) {
    const std::shared_ptr<const HeldIdentity> held = held_.Find(name);
    if (held != nullptr && held->credential != nullptr) {
      Take(name, CrlsOf(*held->credential, now));
    }
  }
  // Issuing CAs come and go while an agent runs.
  std::erase_if(known_, [this](const auto& known) { return known.second.looked_at != look_; });
  return now + kLook;
}

SharedCrls CrlWatch::CrlsOf(const Credential& credential, absl::Time now) {
  SharedCrls crls;
  for (size_t i = 0; i <= credential.chain_der.size(); ++i) {
    const absl::StatusOr<x509::Certificate> certificate =
        x509::ParseCertificate(i == 0 ? credential.certificate_der : credential.chain_der[i - 1]);
    const std::string url = certificate.ok() ? UrlOf(*certificate) : "";
    if (url.empty()) {
      continue;
    }
    Known& known = known_[url];
    known.looked_at = look_;
    // A clock that was set back does not postpone it.
    if (now >= known.fetch_at || known.fetch_at > now + kSeldom) {
      Refresh(url, IssuerOf(credential, i, *certificate), now, &known);
    }
    if (known.der != nullptr && now <= known.next_update) {
      crls.push_back(known.der);
    }
  }
  return crls;
}

void CrlWatch::Refresh(const std::string& url, const std::string& issuer_der, absl::Time now,
                       Known* known) {
  const auto read = [&]() -> absl::Status {
    FLEETCA_ASSIGN_OR_RETURN(std::string der, fetch_(url));
    FLEETCA_ASSIGN_OR_RETURN(const x509::Crl crl, x509::ParseCrl(der));
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate issuer, x509::ParseCertificate(issuer_der));
    FLEETCA_RETURN_IF_ERROR(x509::VerifyCrl(crl, issuer, now));
    FLEETCA_RETURN_IF_ERROR(CheckSaysAll(crl, url));
    if (known->der != nullptr && now <= known->next_update) {
      FLEETCA_RETURN_IF_ERROR(CheckNotOlder(crl, known->this_update));
    }
    known->this_update = crl.this_update;
    known->next_update = crl.next_update;
    known->fetch_at = now + std::clamp((crl.next_update - crl.this_update) / 2, kOften, kSeldom);
    if (known->der == nullptr || *known->der != der) {
      known->der = std::make_shared<const std::string>(std::move(der));
    }
    return absl::OkStatus();
  };
  const absl::Status status = read();
  if (status.ok()) {
    known->failures = 0;
    return;
  }
  if (++known->failures == 1) {
    log::Warning("A CRL was not fetched", {{"url", url}, {"why", status.message()}});
  }
  known->fetch_at = now + WaitAfter(status, kAfterFailure, known->failures, DrawFraction());
}

std::shared_ptr<const SharedCrls> CrlWatch::ObjectOf(SharedCrls crls) const {
  for (const auto& [name, watched] : watched_) {
    if (watched.crls != nullptr && *watched.crls == crls) {
      return watched.crls;
    }
  }
  return std::make_shared<const SharedCrls>(std::move(crls));
}

void CrlWatch::Take(const std::string& identity, SharedCrls crls) {
  const absl::MutexLock lock(&mutex_);
  Watched& watched = watched_[identity];
  PutBack(identity, &watched);
  if (crls.empty() || (watched.crls != nullptr && *watched.crls == crls)) {
    return;
  }
  if (watched.folder != nullptr) {
    std::vector<absl::string_view> ders;
    for (const std::shared_ptr<const std::string>& crl : crls) {
      ders.emplace_back(*crl);
    }
    if (const absl::StatusOr<bool> put = watched.folder->Put(ders); !put.ok()) {
      log::Warning("CRLs were not written",
                   {{"identity", identity}, {"why", put.status().message()}});
      return;
    }
  }
  watched.crls = ObjectOf(std::move(crls));
}

void CrlWatch::PutBack(const std::string& identity, Watched* watched) {
  if (watched->folder == nullptr) {
    return;
  }
  const absl::StatusOr<size_t> lost = watched->folder->PutBack();
  const std::string problem(lost.status().message());
  if (lost.ok() && *lost > 0) {
    log::Warning("CRLs were removed or replaced by somebody, and are in place again",
                 {{"identity", identity}, {"files", *lost}});
  } else if (!lost.ok() && problem != watched->problem) {
    log::Warning("CRLs were not written", {{"identity", identity}, {"why", problem}});
  }
  watched->problem = problem;
}

std::shared_ptr<const SharedCrls> CrlWatch::Of(absl::string_view identity) const {
  const absl::MutexLock lock(&mutex_);
  const auto watched = watched_.find(identity);
  return watched == watched_.end() ? nullptr : watched->second.crls;
}

void CrlWatch::PrepareReload(absl::string_view identity) {
  const absl::MutexLock lock(&mutex_);
  const auto watched = watched_.find(identity);
  if (watched != watched_.end() && watched->second.folder != nullptr) {
    // What is not taken away now is the next time.
    watched->second.folder->PrepareReload().IgnoreError();
  }
}

void CrlWatch::Reloaded(absl::string_view identity) {
  const absl::MutexLock lock(&mutex_);
  const auto watched = watched_.find(identity);
  if (watched != watched_.end() && watched->second.folder != nullptr) {
    watched->second.folder->Reloaded().IgnoreError();
  }
}

}  // namespace fleetca::client
