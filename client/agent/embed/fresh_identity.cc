#include "client/agent/embed/fresh_identity.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "client/agent/agent_options.h"
#include "client/agent/ca/grpc_ca_port.h"
#include "client/agent/identity_folder.h"
#include "client/fingerprint.h"

namespace fleetca::client {
namespace {

// In state_folder and in log lines.
constexpr char kName[] = "own";
// Before the credentials are shown again where that failed.
constexpr absl::Duration kShowRetry = absl::Seconds(10);

IdentityOptions IdentityOf(const FreshIdentityOptions& options) {
  IdentityOptions identity;
  identity.name = kName;
  identity.profile = options.profile;
  identity.spiffe_id = options.spiffe_id;
  identity.names = options.names;
  identity.enrollment.join_token_file = options.join_token_file;
  identity.enrollment.jwt_file = options.jwt_file;
  return identity;
}

}  // namespace

absl::Status FreshIdentity::Open(const FreshIdentityOptions& options) {
  TrustKeeperOptions trust = {.trust_domain = options.trust_domain,
                              .root_file = options.root_file,
                              .root_sha256 = "",
                              .bootstrap_addresses = options.bootstrap_addresses,
                              .state_folder = options.state_folder,
                              .refresh = options.bundle_refresh};
  if (options.root_file.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(trust.root_sha256, ParseFingerprint(options.root_sha256));
  }
  FLEETCA_ASSIGN_OR_RETURN(trust_, TrustKeeper::Open(std::move(trust)));
  ca_ = MakeCaPort({.trust_domain = options.trust_domain,
                    .addresses = options.addresses,
                    .bootstrap_addresses = options.bootstrap_addresses,
                    .server_name = options.server_name,
                    .server_identity = options.server_identity,
                    .roots = [this] { return trust_->Roots(); }});
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<IdentityFolder> folder,
                           IdentityFolder::Open(options.state_folder, kName));
  KeeperSurroundings surroundings;
  surroundings.trust_domain = options.trust_domain;
  surroundings.ca = ca_.get();
  surroundings.roots = [this] { return trust_->Roots(); };
  surroundings.run_hook = [](const HookOptions&, const HookContext&) { return absl::OkStatus(); };
  surroundings.publish = [this](std::shared_ptr<const HeldIdentity> held) {
    held_ = std::move(held);
  };
  surroundings.read_file = ReadEnrollmentFile;
  surroundings.random_fraction = DrawFraction;
  surroundings.clock = absl::Now;
  FLEETCA_ASSIGN_OR_RETURN(keeper_, IdentityKeeper::Create(IdentityOf(options), std::move(folder),
                                                           std::move(surroundings)));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FreshIdentity>> FreshIdentity::Start(FreshIdentityOptions options,
                                                                    absl::Duration patience) {
  auto identity = absl::WrapUnique(new FreshIdentity());
  FLEETCA_RETURN_IF_ERROR(identity->Open(options));
  FLEETCA_ASSIGN_OR_RETURN(
      identity->thread_,
      Thread::Start("fresh-identity", [identity = identity.get()] { identity->Run(); }));
  FLEETCA_RETURN_IF_ERROR(identity->WaitForFirst(patience));
  return identity;
}

FreshIdentity::~FreshIdentity() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.Join();
}

absl::Status FreshIdentity::WaitForFirst(absl::Duration patience) {
  const absl::MutexLock lock(&mutex_);
  if (mutex_.AwaitWithTimeout(absl::Condition(&ready_), patience)) {
    return absl::OkStatus();
  }
  const absl::Status error = keeper_->status().last_error;
  return error.ok() ? DeadlineExceeded(Reason::kServerUnreachable,
                                       absl::StrCat("there is no certificate after ",
                                                    absl::FormatDuration(patience),
                                                    ": is the CA there, and is it slow?"))
                    : error;
}

// The first that is valid makes the credentials, and each other one is shown by them.
void FreshIdentity::ShowHeld() {
  if (held_ == shown_ || held_ == nullptr || held_->credential == nullptr) {
    return;
  }
  absl::Status status;
  if (tls_ == nullptr) {
    absl::StatusOr<std::unique_ptr<RotatingTls>> made = RotatingTls::Create(*held_->credential);
    status = made.status();
    tls_ = made.ok() ? *std::move(made) : nullptr;
  } else {
    status = tls_->Show(*held_->credential);
  }
  if (!status.ok()) {
    log::Error("the new certificate cannot be shown yet", {{"why", status.message()}});
    return;
  }
  shown_ = held_;
  const absl::MutexLock lock(&mutex_);
  ready_ = true;
}

absl::Time FreshIdentity::Step(absl::Time now) {
  absl::Time next = keeper_->Step(now);
  ShowHeld();
  if (held_ == nullptr || held_->credential == nullptr) {
    return next;
  }
  if (held_ != shown_) {
    next = std::min(next, now + kShowRetry);
  }
  if (now >= trust_->next_refresh()) {
    const Credential* const asking = held_->credential.get();
    // What is wrong was logged, and the next step of the keeper takes what has changed.
    (void)trust_->Refresh(*ca_, absl::MakeConstSpan(&asking, 1));
  }
  return std::min(next, trust_->next_refresh());
}

void FreshIdentity::Run() {
  while (true) {
    const absl::Time next = Step(absl::Now());
    const absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), next - absl::Now())) {
      return;
    }
  }
}

}  // namespace fleetca::client
