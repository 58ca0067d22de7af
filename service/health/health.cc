#include "service/health/health.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

std::vector<std::string> ServicesOf(const std::vector<HealthCheck>& checks) {
  std::vector<std::string> services = {""};
  for (const HealthCheck& check : checks) {
    for (const std::string& service : check.services) {
      if (std::find(services.begin(), services.end(), service) == services.end()) {
        services.push_back(service);
      }
    }
  }
  return services;
}

bool Needs(const std::string& service, const HealthCheck& check) {
  if (service.empty()) {
    return check.of_whole;
  }
  return std::find(check.services.begin(), check.services.end(), service) != check.services.end();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HealthMonitor>> HealthMonitor::Start(std::vector<HealthCheck> checks,
                                                                    Report report,
                                                                    absl::Duration interval) {
  auto monitor = absl::WrapUnique(new HealthMonitor(std::move(checks), std::move(report)));
  HealthMonitor* const self = monitor.get();
  self->Look();
  FLEETCA_ASSIGN_OR_RETURN(self->thread_,
                           Thread::Start("health", [self, interval] { self->Run(interval); }));
  return monitor;
}

HealthMonitor::HealthMonitor(std::vector<HealthCheck> checks, Report report)
    : checks_(std::move(checks)),
      report_(std::move(report)),
      services_(ServicesOf(checks_)),
      right_(checks_.size(), true),
      healthy_(services_.size(), true) {}

HealthMonitor::~HealthMonitor() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Set();
  thread_.Join();
}

void HealthMonitor::Run(absl::Duration interval) {
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

std::vector<std::string> HealthMonitor::Reasons() const {
  absl::MutexLock lock(&mutex_);
  return reasons_;
}

void HealthMonitor::Look() {
  std::vector<std::string> reasons;
  for (size_t i = 0; i < checks_.size(); ++i) {
    const absl::Status status = checks_[i].look();
    if (!status.ok() && checks_[i].of_whole) {
      reasons.push_back(absl::StrCat(checks_[i].name, ": ", status.message()));
    }
    if (status.ok() != right_[i]) {
      right_[i] = status.ok();
      if (status.ok()) {
        log::Info("Healthy again", {{"what", checks_[i].name}});
      } else {
        log::Write(checks_[i].of_whole ? log::Level::kError : log::Level::kWarning, "Not healthy",
                   {{"what", checks_[i].name}, {"reason", status.message()}});
      }
    }
  }
  {
    absl::MutexLock lock(&mutex_);
    reasons_ = std::move(reasons);
  }
  for (size_t s = 0; s < services_.size(); ++s) {
    bool healthy = true;
    for (size_t i = 0; i < checks_.size(); ++i) {
      healthy = healthy && (right_[i] || !Needs(services_[s], checks_[i]));
    }
    if (healthy != healthy_[s]) {
      healthy_[s] = healthy;
      report_(services_[s], healthy);
    }
  }
}

}  // namespace fleetca::service
