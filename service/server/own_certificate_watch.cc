#include "service/server/own_certificate_watch.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/config/first_certificate_file.h"
#include "service/server/ca_validity.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/name.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kAgain = absl::Hours(24);

std::string Command(absl::string_view name, const ServerConfig& config) {
  return absl::StrCat("fleetca ca ", name, " --dir ", config.folder.empty() ? "." : config.folder);
}

// DER of a Name without an attribute.
constexpr size_t kEmptyNameSize = 2;

void Add(const x509::Certificate& parsed, OwnCertificate certificate,
         std::vector<OwnCertificate>* certificates) {
  certificate.not_before = parsed.not_before;
  certificate.not_after = parsed.not_after;
  if (parsed.subject.size() > kEmptyNameSize) {
    certificate.subject = x509::NameToText(parsed.subject);
  }
  certificate.spiffe_id = std::string(parsed.SpiffeId());
  certificate.serial_number = std::string(parsed.serial);
  certificates->push_back(std::move(certificate));
}

void AddFrom(absl::string_view der, OwnCertificate certificate,
             std::vector<OwnCertificate>* certificates) {
  const absl::StatusOr<x509::Certificate> parsed = x509::ParseCertificate(der);
  if (parsed.ok()) {
    Add(*parsed, std::move(certificate), certificates);
  }
}

void AddServer(const ServerConfig& config, const ServerTls& tls, const ServerRenewal& renewal,
               std::vector<OwnCertificate>* certificates) {
  const absl::StatusOr<x509::HeldCertificate> own =
      x509::ParseFirstCertificate(tls.PairInUse().certificate.view());
  if (!own.ok()) {
    return;  // it was parsed before it came in use
  }
  const bool renews = renewal.Renews(**own);
  std::string remedy =
      renews ? absl::StrCat(
                   "the server renews it by itself, and the log says why it has not; else "
                   "stop it and run ",
                   Command("renew-server", config))
             : absl::StrCat("put a new one, and its key, in the server's files: ",
                            Command("renew-server", config),
                            " makes it while the server is stopped, and a server with "
                            "own_certificates.server_profile does by itself");
  Add(**own,
      {.what = "the server's certificate",
       .file = config.listener.certificate_file,
       .remedy = std::move(remedy),
       .renews_itself = renews},
      certificates);
}

// The issuing CA's, those above it in its file, and the roots that the last of them leads to.
void AddCas(const ServerConfig& config, const RunningCa& ca,
            std::vector<OwnCertificate>* certificates) {
  const std::vector<std::string>& chain = ca.chain();
  for (size_t i = 0; i < chain.size(); ++i) {
    AddFrom(
        chain[i],
        {.what = i == 0 ? "the issuing CA's certificate" : "a certificate above the issuing CA's",
         .file = config.issuer.certificate_file,
         .remedy = kRenewIssuing},
        certificates);
  }
  const absl::StatusOr<x509::Certificate> last = x509::ParseCertificate(chain.back());
  for (const std::string& der : ca.bundles().Current()->roots) {
    const absl::StatusOr<x509::Certificate> root = x509::ParseCertificate(der);
    if (last.ok() && root.ok() && x509::VerifySignedBy(*last, *root).ok()) {
      AddFrom(der,
              {.what = "the root's certificate",
               .file = config.issuer.trust_bundle_file,
               .remedy = kRenewRoot},
              certificates);
    }
  }
}

void AddWatched(const ServerConfig& config, std::vector<OwnCertificate>* certificates) {
  for (const std::string& file : config.own_certificates.watched_files) {
    // One that was moved to where its holder works is that one's to watch.
    if (const absl::StatusOr<x509::HeldCertificate> own = ReadFirstCertificate(file); own.ok()) {
      Add(**own,
          {.what = absl::StrCat("the certificate of ", (*own)->SpiffeId()),
           .file = file,
           .remedy = absl::StrCat("renew it with `fleetca cert renew` while it is valid, or with ",
                                  Command("renew-admin", config),
                                  " while the server is stopped (docs/own-certificates.md)")},
          certificates);
    }
  }
}

}  // namespace

std::vector<OwnCertificate> FindOwnCertificates(const ServerConfig& config, const RunningCa& ca,
                                                const ServerTls* tls,
                                                const ServerRenewal& renewal) {
  std::vector<OwnCertificate> certificates;
  if (tls != nullptr) {
    AddServer(config, *tls, renewal, &certificates);
  }
  AddCas(config, ca, &certificates);
  AddWatched(config, &certificates);
  return certificates;
}

absl::StatusOr<std::unique_ptr<OwnCertificateWatch>> OwnCertificateWatch::Start(
    const ServerConfig& config, const RunningCa& ca, ServerTls& tls, ServerRenewal& renewal,
    const Clock& clock, absl::Duration interval) {
  auto own = absl::WrapUnique(new OwnCertificateWatch(config, ca, tls, renewal, clock));
  OwnCertificateWatch* const self = own.get();
  self->Look();
  FLEETCA_ASSIGN_OR_RETURN(self->thread_,
                           Thread::Start("own_certs", [self, interval] { self->Run(interval); }));
  return own;
}

void OwnCertificateWatch::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Set();
  thread_.Join();
}

void OwnCertificateWatch::Run(absl::Duration interval) {
  while (true) {
    stop_.WaitFor(interval);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
    }
    Look();
  }
}

void OwnCertificateWatch::Look() {
  renewal_.Look(tls_);
  absl::Status status = renewal_.status();
  const absl::Time now = clock_.Now();
  std::map<std::pair<std::string, absl::Time>, absl::Time> warned;
  std::vector<OwnCertificateState> states;
  absl::Time first_end = absl::InfiniteFuture();
  for (const OwnCertificate& certificate : FindOwnCertificates(config_, ca_, &tls_, renewal_)) {
    const OwnCertificateState& state = states.emplace_back(StateOf(certificate, now));
    const std::string& warning = state.warning;
    if (warning.empty()) {
      continue;
    }
    const auto key = std::make_pair(certificate.file, certificate.not_after);
    const auto before = warned_.find(key);
    // Also after a clock that was set back, which would keep it silent for longer.
    const bool again =
        before == warned_.end() || now - before->second >= kAgain || now < before->second;
    if (again) {
      log::Warning(now < certificate.not_after ? "A certificate of the CA's own is about to end"
                                               : "A certificate of the CA's own has ended",
                   {{"what", warning}});
    }
    warned[key] = again ? now : before->second;
    if (renewal_.status().ok() && certificate.not_after < first_end) {
      first_end = certificate.not_after;
      status = FailedPrecondition(Reason::kFileInvalid, warning);
    }
  }
  warned_ = std::move(warned);
  absl::MutexLock lock(&mutex_);
  status_ = std::move(status);
  certificates_ = std::move(states);
}

OwnCertificateState OwnCertificateWatch::StateOf(const OwnCertificate& certificate,
                                                 absl::Time now) const {
  OwnCertificateState state = {.certificate = certificate, .warning = EndWarning(certificate, now)};
  if (certificate.renews_itself) {
    state.last_renewal_attempt = renewal_.last_attempt();
    state.renewal_error = std::string(renewal_.status().message());
  }
  return state;
}

std::vector<OwnCertificateState> OwnCertificateWatch::certificates() const {
  absl::MutexLock lock(&mutex_);
  return certificates_;
}

absl::Status OwnCertificateWatch::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace fleetca::service
