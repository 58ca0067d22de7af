#include "client/agent/ca/trust_keeper.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "client/agent/attempt_delay.h"
#include "client/agent/identity_record.h"
#include "client/agent/kept_certificate.h"
#include "client/agent/record_limits.h"
#include "client/agent/same_problem.h"
#include "client/backoff.h"
#include "client/first_contact.h"
#include "client/server_credentials.h"
#include "client/tls_identity.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// After a refresh that failed, doubled each time up to the usual time.
constexpr absl::Duration kFirstRetry = absl::Minutes(1);
constexpr int kMostDoublings = 10;
// For which a first contact that failed stands, for all identities that wait for it.
constexpr absl::Duration kContactPause = absl::Seconds(1);

std::string ToPem(const std::vector<std::string>& roots_der) {
  std::string pem;
  for (const std::string& der : roots_der) {
    absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  return pem;
}

std::vector<std::string> Sorted(std::vector<std::string> roots_der) {
  std::sort(roots_der.begin(), roots_der.end());
  return roots_der;
}

// The credential as it would be with other roots.
Credential WithRoots(const Credential& credential, const std::vector<std::string>& roots_der) {
  return {.private_key_pem = SecretBytes(credential.private_key_pem.view()),
          .certificate_der = credential.certificate_der,
          .chain_der = credential.chain_der,
          .roots_der = roots_der};
}

// Whether another caller may hear something else.
bool IsOfTheCaller(const absl::Status& status) {
  return status.code() == absl::StatusCode::kPermissionDenied ||
         status.code() == absl::StatusCode::kUnauthenticated;
}

// The bundle by the first of `held` with which the CA speaks, which `asking` is then: one that
// is revoked keeps it from nobody else. The error is that of the first.
absl::StatusOr<TrustBundle> AskForBundle(CaPort& port, absl::Span<const Credential* const> held,
                                         const Credential** asking) {
  absl::Status first;
  for (const Credential* credential : held) {
    absl::StatusOr<TrustBundle> bundle = port.GetTrustBundle(*credential);
    if (bundle.ok()) {
      *asking = credential;
      return bundle;
    }
    first.Update(bundle.status());
    if (!IsOfTheCaller(bundle.status())) {
      break;
    }
  }
  return first;
}

// Whether a call fails so where the roots do not vouch for the server.
bool MayBeOfTheRoots(const absl::Status& status) {
  return !IsRetryable(status) || GetReason(status) == Reason::kServerUnreachable;
}

struct Verdict {
  // What speaks against trusting the bundle, and it alone.
  absl::Status against;
  // Why it could not be tried; then it may be tried again.
  absl::Status untried;
};

// Whether the CA's server is believed by the bundle. A call that fails says nothing of it where
// that fails by the roots in use, too, or goes well the next time.
Verdict TryBundle(const TrustBundle& bundle, CaPort& port, const Credential& asking) {
  const Credential by_new = WithRoots(asking, bundle.roots_der);
  if (port.Try(by_new).ok()) {
    return {};
  }
  if (absl::Status by_old = port.Try(asking); !by_old.ok()) {
    return {.untried = std::move(by_old)};
  }
  absl::Status again = port.Try(by_new);
  if (again.ok() || MayBeOfTheRoots(again)) {
    return {.against = Annotate(again, "the CA's server would not be verified by it")};
  }
  return {.untried = std::move(again)};
}

// What keeps the bundle out of use before anybody is asked.
absl::Status Judge(const TrustBundle& bundle, absl::Span<const Credential* const> held,
                   absl::Time now) {
  for (const Credential* credential : held) {
    const KeptChain chain = {credential->certificate_der, credential->chain_der};
    FLEETCA_ASSIGN_OR_RETURN(const KeptCertificate facts, FactsOf(chain.certificate_der));
    // One that has ended, or seems to by a clock that is ahead, says nothing against the roots.
    if (!VerifyAgainst(chain, bundle.roots_der, std::min(now, facts.not_after)).ok()) {
      return Unauthenticated(
          Reason::kCallerUnknown,
          absl::StrCat("the certificate of ", facts.spiffe_id, " with the serial number ",
                       facts.serial, " leads to none of its ", bundle.roots_der.size(), " roots"));
    }
  }
  return absl::OkStatus();
}

constexpr absl::string_view kKeepOldRoot =
    "Keep the old root in the CA's trust bundle until the last certificate below it has been "
    "renewed";

}  // namespace

TrustKeeper::TrustKeeper(TrustKeeperOptions options)
    : options_(std::move(options)),
      clock_(options_.clock != nullptr ? *options_.clock : Clock::System()),
      bootstrap_(options_.bootstrap_addresses),
      next_refresh_(clock_.Now()) {}

std::string TrustKeeper::KeptPath() const {
  return absl::StrCat(options_.state_folder, "/trust-bundle.pem");
}

std::string TrustKeeper::RefusedPath() const {
  return absl::StrCat(options_.state_folder, "/trust-bundle.refused.pem");
}

absl::StatusOr<std::unique_ptr<TrustKeeper>> TrustKeeper::Open(TrustKeeperOptions options) {
  auto keeper = absl::WrapUnique(new TrustKeeper(std::move(options)));
  const TrustKeeperOptions& given = keeper->options_;
  absl::StatusOr<std::vector<std::string>> kept = LoadRoots(keeper->KeptPath(), FileKind::kOwn);
  if (!kept.ok() && GetReason(kept.status()) != Reason::kFileMissing) {
    return kept.status();
  }
  if (kept.ok()) {
    const std::optional<std::string> domain = TrustDomainOfRoots(*kept);
    if (domain.value_or(given.trust_domain) != given.trust_domain) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("the trust bundle that is kept in ", keeper->KeptPath(), " is of ", *domain,
                       ", and the agent is one of ", given.trust_domain,
                       ": give it another state_folder, or remove this one if the host has moved"));
    }
  } else if (!given.root_file.empty()) {
    kept = LoadRoots(given.root_file, FileKind::kRegular);
    FLEETCA_RETURN_IF_ERROR(kept.status());
  } else {
    kept = std::vector<std::string>();
  }
  if (const absl::Status few = CheckRootsKept(*kept); !few.ok()) {
    const bool is_kept = access(keeper->KeptPath().c_str(), F_OK) == 0;
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(is_kept ? keeper->KeptPath() : given.root_file, " ",
                                           few.message(), "; take out of it what nobody needs"));
  }
  const absl::MutexLock lock(&keeper->mutex_);
  keeper->roots_der_ = *std::move(kept);
  return keeper;
}

std::vector<std::string> TrustKeeper::Known() const {
  const absl::MutexLock lock(&mutex_);
  return roots_der_;
}

absl::Time TrustKeeper::next_refresh() const {
  const absl::Time now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  // A clock that was set back does not postpone it.
  return now < planned_at_ ? now : next_refresh_;
}

absl::Status TrustKeeper::last_refresh() const {
  const absl::MutexLock lock(&mutex_);
  return last_refresh_;
}

absl::Status TrustKeeper::Keep(const std::vector<std::string>& roots_der) {
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(KeptPath(), ToPem(roots_der), 0644));
  const absl::MutexLock lock(&mutex_);
  roots_der_ = roots_der;
  return absl::OkStatus();
}

absl::StatusOr<std::string> TrustKeeper::FetchRoot() {
  FirstContactOptions contact;
  contact.deadline = options_.attempt_deadline;
  contact.attempt_deadline = options_.attempt_deadline;
  contact.backoff.max_attempts = 1;
  contact.clock = options_.clock;
  contact.ca_sha256 = options_.root_sha256;
  std::string root;
  FLEETCA_RETURN_IF_ERROR(bootstrap_.Try([&](const std::string& address) -> absl::Status {
    contact.address = address;
    FLEETCA_ASSIGN_OR_RETURN(root, FetchPinnedRoot(contact));
    return absl::OkStatus();
  }));
  return root;
}

absl::StatusOr<std::vector<std::string>> TrustKeeper::Roots() {
  std::vector<std::string> known = Known();
  if (!known.empty()) {
    return known;
  }
  const absl::MutexLock contact(&contact_mutex_);
  known = Known();
  if (!known.empty()) {
    return known;
  }
  // A clock that was set back does not postpone it.
  const absl::Time now = clock_.Now();
  if (now < contact_again_ && contact_again_ <= now + kContactPause) {
    return contact_error_;
  }
  const absl::StatusOr<std::string> fetched = FetchRoot();
  if (!fetched.ok()) {
    contact_error_ = fetched.status();
    contact_again_ = clock_.Now() + kContactPause;
    return contact_error_;
  }
  const std::string& root = *fetched;
  FLEETCA_RETURN_IF_ERROR(Keep({root}));
  log::Info("the CA's root has the fingerprint that was given, and is trusted from now on",
            {{"file", KeptPath()}});
  return std::vector<std::string>{root};
}

absl::Status TrustKeeper::SetAside(const TrustBundle& bundle, const absl::Status& why,
                                   absl::string_view advice) const {
  const absl::Status written = WriteFileAtomic(RefusedPath(), ToPem(bundle.roots_der), 0644);
  return DataLoss(
      Reason::kAnswerInvalid,
      absl::StrCat("the CA's new trust bundle, ", absl::BytesToHexString(bundle.version),
                   ", is not used, because ", why.message(),
                   ". The one before stays in use, and the new one is kept in ", RefusedPath(),
                   written.ok() ? "" : absl::StrCat(" (", written.message(), ")"), ". ", advice));
}

absl::StatusOr<bool> TrustKeeper::RefreshNow(CaPort& port,
                                             absl::Span<const Credential* const> held) {
  const Credential* asking = nullptr;
  FLEETCA_ASSIGN_OR_RETURN(const TrustBundle bundle, AskForBundle(port, held, &asking));
  if (bundle.trust_domain != options_.trust_domain) {
    return SetAside(bundle,
                    DataLoss(Reason::kAnswerInvalid,
                             absl::StrCat("it is of the trust domain \"", bundle.trust_domain,
                                          "\" and not of ", options_.trust_domain)),
                    "Ask the CA's operator which of the two is right");
  }
  if (const absl::Status kept = CheckRootsKept(bundle.roots_der); !kept.ok()) {
    return SetAside(bundle, Annotate(kept, "it is too large"),
                    "Have the CA's operator take the roots out of it that nobody needs any more");
  }
  const bool changed = Sorted(bundle.roots_der) != Sorted(Known());
  if (changed) {
    if (const absl::Status problem = Judge(bundle, held, clock_.Now()); !problem.ok()) {
      return SetAside(bundle, problem, kKeepOldRoot);
    }
    const Verdict verdict = TryBundle(bundle, port, *asking);
    if (!verdict.untried.ok()) {
      return Annotate(verdict.untried, absl::StrCat("the CA's new trust bundle, ",
                                                    absl::BytesToHexString(bundle.version),
                                                    ", could not be tried, and will be again"));
    }
    if (!verdict.against.ok()) {
      return SetAside(bundle, verdict.against, kKeepOldRoot);
    }
    log::Info(
        "the CA's trust bundle has changed, and the new one is in use",
        {{"version", absl::BytesToHexString(bundle.version)}, {"roots", bundle.roots_der.size()}});
  }
  // Written also where it is what root_file says: once it is there, that file does not count.
  if (changed || access(KeptPath().c_str(), F_OK) != 0) {
    FLEETCA_RETURN_IF_ERROR(Keep(bundle.roots_der));
  }
  (void)unlink(RefusedPath().c_str());  // of a bundle that is not the CA's any more
  return changed;
}

absl::StatusOr<bool> TrustKeeper::Refresh(CaPort& port, absl::Span<const Credential* const> held) {
  const absl::MutexLock contact(&contact_mutex_);
  absl::StatusOr<bool> outcome = RefreshNow(port, held);
  Plan(outcome.status());
  return outcome;
}

void TrustKeeper::Plan(const absl::Status& outcome) {
  const absl::Time now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (!outcome.ok() && !IsSameProblem(outcome.message(), last_refresh_.message())) {
    log::Warning("the trust bundle was not refreshed", {{"why", outcome.message()}});
  }
  last_refresh_ = outcome;
  failures_ = outcome.ok() ? 0 : failures_ + 1;
  absl::Duration wait = options_.refresh;
  if (failures_ > 0) {
    wait = std::min(wait, kFirstRetry * (1 << std::min(failures_ - 1, kMostDoublings)));
    wait = std::max(wait, WantedWait(outcome));
  }
  planned_at_ = now;
  next_refresh_ = now + wait;
}

}  // namespace fleetca::client
