#include "client/agent/daemon/agent.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/systemd_notify.h"
#include "client/agent/ca/grpc_ca_port.h"
#include "client/agent/ca/trust_keeper.h"
#include "client/agent/daemon/crl_watch.h"
#include "client/agent/daemon/hook_slots.h"
#include "client/agent/daemon/privileges.h"
#include "client/agent/daemon/revocation_watch.h"
#include "client/agent/daemon/start_credentials.h"
#include "client/agent/daemon/status_ports.h"
#include "client/agent/daemon/step_schedule.h"
#include "client/agent/generation_outputs.h"
#include "client/agent/hook.h"
#include "client/agent/identity_folder.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/own_programs.h"
#include "client/agent/sockets/workload_sockets.h"
#include "client/files/exclusive_folder.h"

namespace fleetca::client {
namespace {

// Steps that may wait for the CA or a hook at a time.
constexpr size_t kMostWorkers = 8;
// Of these, the ones that may be with hooks.
constexpr size_t kMostHooks = 5;
// How often the status goes to systemd, where no watchdog wants to hear of it sooner.
constexpr absl::Duration kTick = absl::Minutes(1);
constexpr absl::Duration kFirstTicks = absl::Seconds(1);
// For how long after such a tick systemd waits for the next, before the agent is ready.
constexpr absl::Duration kStartPatience = absl::Minutes(2);
// How often it is looked whether all is done.
constexpr absl::Duration kSettledLook = absl::Milliseconds(100);

struct KeptIdentity {
  std::unique_ptr<OutputFiles> outputs;
  std::unique_ptr<IdentityKeeper> keeper;
};

// The files of an identity together with its folder of CRLs, which its hooks have services read.
class OutputsWithCrls final : public OutputFiles {
 public:
  OutputsWithCrls(std::unique_ptr<OutputFiles> outputs, CrlWatch* crls,
                  const IdentityOptions& identity)
      : outputs_(std::move(outputs)),
        crls_(*crls),
        name_(identity.name),
        has_hooks_(!identity.hooks.empty()) {}

  absl::Status Put(const Credential& credential) override { return outputs_->Put(credential); }
  absl::Status InPlace() override { return outputs_->InPlace(); }
  absl::StatusOr<uint64_t> Generation() const override { return outputs_->Generation(); }
  absl::StatusOr<Credential> Placed() const override { return outputs_->Placed(); }
  void BeforeHooks() override {
    if (has_hooks_) {
      crls_.PrepareReload(name_);
    }
  }
  absl::Status Release() override {
    if (has_hooks_) {
      crls_.Reloaded(name_);
    }
    return outputs_->Release();
  }

 private:
  const std::unique_ptr<OutputFiles> outputs_;
  CrlWatch& crls_;
  const std::string name_;
  const bool has_hooks_;
};

absl::string_view WhatIsMissing(const AgentReport& report) {
  if (!report.ready()) {
    return "Not every identity is ready";
  }
  const bool waits =
      std::any_of(report.identities.begin(), report.identities.end(),
                  [](const IdentityStatus& identity) { return !identity.renew_reason.empty(); });
  return waits ? "Every identity has a certificate, but not every one is as the configuration says"
               : "Every certificate is in place, but not every hook has worked";
}

// With their owners: who the agent becomes, where none is named.
std::vector<IdentityOptions> WithSocketOwners(std::vector<IdentityOptions> identities,
                                              const FileOwner& agent) {
  for (IdentityOptions& identity : identities) {
    for (SocketOptions& socket : identity.sockets) {
      if (socket.owner.user == FileOwner().user && socket.owner.group == FileOwner().group) {
        socket.owner = agent;
      }
    }
  }
  return identities;
}

class WholeAgent final : public Agent {
 public:
  explicit WholeAgent(AgentOptions options) : options_(std::move(options)) {}
  // A hook that hangs holds up neither the end of the agent nor another configuration.
  ~WholeAgent() override { hook_slots_.Stop(); }

  absl::Status Open() {
    const FileOwner user = options_.run_as.value_or(FileOwner());
    FLEETCA_ASSIGN_OR_RETURN(
        sockets_, WorkloadSockets::Create(WithSocketOwners(options_.identities, user), held_));
    FLEETCA_RETURN_IF_ERROR(MakePrivateFolder(options_.state_folder, user));
    FLEETCA_ASSIGN_OR_RETURN(
        status_, StatusPorts::Open(options_.status_address, options_.status_socket, user));
    if (options_.run_as.has_value()) {
      credentials_ = StartCredentials(options_);
      FLEETCA_RETURN_IF_ERROR(BecomeUser(user));
    }
    // Agents with other identities would replace each other's trust bundle.
    FLEETCA_ASSIGN_OR_RETURN(state_, OpenExclusively(options_.state_folder, nullptr));
    FLEETCA_RETURN_IF_ERROR(OpenTrust());
    if (options_.watch_revocations) {
      FLEETCA_ASSIGN_OR_RETURN(revocations_, RevocationWatch::Create(options_, &held_));
    }
    FLEETCA_ASSIGN_OR_RETURN(crls_, CrlWatch::Create(options_, &held_, FetchCrlByHttp));
    for (const IdentityOptions& identity : options_.identities) {
      if (const absl::Status opened = OpenIdentity(identity); !opened.ok()) {
        return Annotate(opened, absl::StrCat("identity ", identity.name));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Start() override {
    FLEETCA_RETURN_IF_ERROR(sockets_->Start());
    FLEETCA_RETURN_IF_ERROR(status_->Start([this] { return Report(); }));
    std::vector<Step> steps;
    for (const KeptIdentity& kept : kept_) {
      steps.push_back([keeper = kept.keeper.get()](absl::Time now) { return keeper->Step(now); });
    }
    steps.push_back([this](absl::Time now) { return RefreshBundle(now); });
    if (revocations_ != nullptr) {
      steps.push_back([this](absl::Time now) { return revocations_->Step(now); });
    }
    steps.push_back([this](absl::Time now) { return crls_->Step(now); });
    const size_t workers = std::min(steps.size(), kMostWorkers);
    FLEETCA_ASSIGN_OR_RETURN(schedule_,
                             StepSchedule::Start(std::move(steps), workers,
                                                 [this](absl::Time now) { return Tick(now); }));
    return absl::OkStatus();
  }

  absl::Status AwaitSettled(absl::Duration patience,
                            absl::FunctionRef<bool()> is_stopped) override {
    const absl::Time deadline = absl::Now() + patience;
    while (true) {
      const AgentReport report = Report();
      if (report.settled()) {
        return absl::OkStatus();
      }
      if (is_stopped()) {
        return Cancelled(Reason::kCancelled,
                         absl::StrCat(WhatIsMissing(report),
                                      " yet, and the agent is stopped; the same command goes on.\n",
                                      WhyNotReady(report)));
      }
      if (absl::Now() >= deadline) {
        return DeadlineExceeded(
            Reason::kDeadlineExceeded,
            absl::StrCat(WhatIsMissing(report), " after ", absl::FormatDuration(patience), ".\n",
                         WhyNotReady(report)));
      }
      absl::SleepFor(kSettledLook);
    }
  }

  AgentReport Report() const override {
    AgentReport report{.now = absl::Now(),
                       .started_at = started_at_,
                       .roots = trust_->Known().size(),
                       .bundle_error = trust_->last_refresh(),
                       .next_bundle = trust_->next_refresh()};
    for (const KeptIdentity& kept : kept_) {
      report.identities.push_back(kept.keeper->status());
    }
    if (revocations_ != nullptr) {
      report.revocations = revocations_->Knowledge();
    }
    return report;
  }

 private:
  absl::Status OpenTrust() {
    FLEETCA_ASSIGN_OR_RETURN(trust_,
                             TrustKeeper::Open({.trust_domain = options_.trust_domain,
                                                .root_file = options_.root_file,
                                                .root_sha256 = options_.root_sha256,
                                                .bootstrap_addresses = options_.bootstrap_addresses,
                                                .state_folder = options_.state_folder,
                                                .refresh = options_.bundle_refresh}));
    ca_ = MakeCaPort({.trust_domain = options_.trust_domain,
                      .addresses = options_.addresses,
                      .bootstrap_addresses = options_.bootstrap_addresses,
                      .server_name = options_.server_name,
                      .server_identity = options_.server_identity,
                      .roots = [this] { return trust_->Roots(); }});
    return absl::OkStatus();
  }

  absl::Status OpenIdentity(const IdentityOptions& identity) {
    KeptIdentity kept;
    if (!identity.outputs.folder.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<OutputFiles> outputs, OpenOutputs(identity.outputs));
      kept.outputs = std::make_unique<OutputsWithCrls>(std::move(outputs), crls_.get(), identity);
    }
    FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<IdentityFolder> folder,
                             IdentityFolder::Open(options_.state_folder, identity.name));
    KeeperSurroundings surroundings;
    surroundings.trust_domain = options_.trust_domain;
    surroundings.ca = ca_.get();
    surroundings.outputs = kept.outputs.get();
    surroundings.roots = [this] { return trust_->Roots(); };
    surroundings.crls = [this, name = identity.name] { return crls_->Of(name); };
    surroundings.run_hook = [this](const HookOptions& hook, const HookContext& context) {
      return hook_slots_.Run(hook, context);
    };
    surroundings.publish = [this](std::shared_ptr<const HeldIdentity> held) {
      held_.Publish(std::move(held));
    };
    surroundings.read_file = [this](EnrollmentFile what, const std::string& path) {
      return credentials_.Read(what, path);
    };
    surroundings.random_fraction = DrawFraction;
    surroundings.clock = absl::Now;
    FLEETCA_ASSIGN_OR_RETURN(
        kept.keeper, IdentityKeeper::Create(identity, std::move(folder), std::move(surroundings)));
    kept_.push_back(std::move(kept));
    return absl::OkStatus();
  }

  // Asks whom to trust with what is held; the keepers look at it in their next steps.
  absl::Time RefreshBundle(absl::Time now) {
    std::vector<std::shared_ptr<const HeldIdentity>> identities;
    std::vector<const Credential*> credentials;
    for (const IdentityOptions& identity : options_.identities) {
      identities.push_back(held_.Find(identity.name));
      if (identities.back() != nullptr && identities.back()->credential != nullptr) {
        credentials.push_back(identities.back()->credential.get());
      }
    }
    if (!credentials.empty() && now >= trust_->next_refresh()) {
      (void)trust_->Refresh(*ca_, credentials);  // it logs what goes wrong, once
    }
    return std::clamp(trust_->next_refresh(), now + absl::Seconds(1), now + absl::Minutes(1));
  }

  // What systemd hears. By the thread of the clock, so that it is alive while steps wait.
  absl::Time Tick(absl::Time now) {
    if (getpid() == 1) {
      // In a container of its own the agent is the parent of what hooks leave behind.
      OwnPrograms::OfProcess().ReapOrphans();
    }
    const AgentReport report = Report();
    const bool is_ready = report.ready();
    std::string state = absl::StrCat("STATUS=", ReportInWords(report));
    if (is_ready && !told_ready_) {
      told_ready_ = true;
      absl::StrAppend(&state, "\nREADY=1");
      log::Info("All identities are ready", {{"identities", report.identities.size()}});
    }
    if (!told_ready_) {
      // A start that waits for the CA does not fail because that takes long.
      absl::StrAppend(&state, "\nEXTEND_TIMEOUT_USEC=", absl::ToInt64Microseconds(kStartPatience));
    }
    if (watchdog_.has_value()) {
      absl::StrAppend(&state, "\nWATCHDOG=1");
    }
    if (const absl::Status told = NotifySystemd(state); !told.ok() && !told_problem_) {
      told_problem_ = true;
      log::Warning("systemd was not told", {{"reason", told.message()}});
    }
    const absl::Duration next = told_ready_ ? kTick : kFirstTicks;
    return now + (watchdog_.has_value() ? std::min(next, *watchdog_ / 2) : next);
  }

  const AgentOptions options_;
  const absl::Time started_at_ = absl::Now();
  const std::optional<absl::Duration> watchdog_ = SystemdWatchdog();
  StartCredentials credentials_;  // where the agent becomes another user
  Descriptor state_;              // the state folder, which is this agent's while it is open
  HookSlots hook_slots_{kMostHooks, RunHook};
  HeldIdentities held_;
  std::unique_ptr<TrustKeeper> trust_;
  std::unique_ptr<CaPort> ca_;
  std::unique_ptr<CrlWatch> crls_;
  std::vector<KeptIdentity> kept_;
  std::unique_ptr<RevocationWatch> revocations_;
  std::unique_ptr<WorkloadSockets> sockets_;
  // Of the tick.
  bool told_ready_ = false;
  bool told_problem_ = false;
  // The last members: their threads use the others.
  std::unique_ptr<StatusPorts> status_;
  std::unique_ptr<StepSchedule> schedule_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Create(AgentOptions options) {
  auto agent = std::make_unique<WholeAgent>(std::move(options));
  FLEETCA_RETURN_IF_ERROR(agent->Open());
  return agent;
}

}  // namespace fleetca::client
