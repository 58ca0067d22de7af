#include "client/agent/daemon/agent_report.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "base/version.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

ordered_json TimeJson(absl::Time time) {
  return time <= absl::UnixEpoch() || time == absl::InfiniteFuture()
             ? ordered_json(nullptr)
             : ordered_json(TimeToText(time));
}

// null for OK.
ordered_json ErrorJson(const absl::Status& status) {
  if (status.ok()) {
    return nullptr;
  }
  ordered_json json = {{"code", absl::StatusCodeToString(status.code())},
                       {"message", std::string(status.message())}};
  if (const std::optional<Reason> reason = GetReason(status)) {
    json["reason"] = std::string(ReasonName(*reason));
  }
  return json;
}

ordered_json HookJson(const HookStatus& hook) {
  return {{"hook", hook.what},
          {"pending", hook.pending},
          {"ran_at", TimeJson(hook.ran_at.value_or(absl::UnixEpoch()))},
          {"attempts", hook.attempts},
          {"error", ErrorJson(hook.result)}};
}

ordered_json IdentityJson(const IdentityStatus& identity) {
  ordered_json json = {{"name", identity.name},
                       {"spiffe_id", identity.spiffe_id},
                       {"ready", identity.ready},
                       {"doing", identity.doing},
                       {"serial", identity.serial},
                       {"not_before", TimeJson(identity.not_before)},
                       {"not_after", TimeJson(identity.not_after)},
                       {"renew_at", TimeJson(identity.renew_at)},
                       {"renew_reason", identity.renew_reason},
                       {"window_start", TimeJson(identity.window_start)},
                       {"window_end", TimeJson(identity.window_end)},
                       {"explanation_url", identity.explanation_url},
                       {"renewals", identity.renewals},
                       {"losses", identity.losses},
                       {"renewed_at", TimeJson(identity.renewed_at.value_or(absl::UnixEpoch()))},
                       {"failures", identity.failures},
                       {"last_error", ErrorJson(identity.last_error)},
                       {"last_error_at", TimeJson(identity.last_error_at)},
                       {"bundle_kept_aside", identity.bundle_kept_aside},
                       {"hooks", ordered_json::array()}};
  for (const HookStatus& hook : identity.hooks) {
    json["hooks"].push_back(HookJson(hook));
  }
  return json;
}

ordered_json RevocationsJson(const Revocations::Knowledge& knowledge) {
  return {{"as_of", TimeJson(knowledge.as_of.value_or(absl::UnixEpoch()))},
          {"age_seconds", knowledge.as_of.has_value()
                              ? ordered_json(absl::ToInt64Seconds(knowledge.age))
                              : ordered_json(nullptr)},
          {"sequence", knowledge.sequence.has_value() ? ordered_json(*knowledge.sequence)
                                                      : ordered_json(nullptr)},
          {"stale", knowledge.stale},
          {"revoked", knowledge.revoked}};
}

// The first hook that is to be run again; null where there is none.
const HookStatus* PendingHook(const IdentityStatus& identity) {
  const auto pending = std::find_if(identity.hooks.begin(), identity.hooks.end(),
                                    [](const HookStatus& hook) { return hook.pending; });
  return pending == identity.hooks.end() ? nullptr : &*pending;
}

// Most errors name the hook themselves.
std::string HookOutcome(const HookStatus& hook) {
  return hook.result.ok() ? absl::StrCat(hook.what, ": is to be run")
         : absl::StartsWith(hook.result.message(), hook.what)
             ? std::string(hook.result.message())
             : absl::StrCat(hook.what, ": ", hook.result.message());
}

// A name of a label's value is a name of ours: letters, digits and "-".
class Metrics {
 public:
  void Begin(absl::string_view name, absl::string_view type, absl::string_view help) {
    absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
  }
  void Add(absl::string_view name, double value) {
    absl::StrAppendFormat(&text_, "%s %.17g\n", name, value);
  }
  void Add(absl::string_view name, const IdentityStatus& identity, double value) {
    absl::StrAppendFormat(&text_, "%s{identity=\"%s\"} %.17g\n", name, identity.name, value);
  }
  // With its only value.
  void AddOne(absl::string_view name, absl::string_view help, double value) {
    Begin(name, "gauge", help);
    Add(name, value);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

double Seconds(absl::Time time) {
  return time <= absl::UnixEpoch() ? 0 : static_cast<double>(absl::ToUnixSeconds(time));
}

// What is not known yet has no value, so that nobody takes a 0 for one.
void AddRevocations(const Revocations::Knowledge& knowledge, Metrics* metrics) {
  metrics->AddOne("fleetca_agent_revocations_as_of_seconds",
                  "As of when it is known what is revoked.",
                  Seconds(knowledge.as_of.value_or(absl::UnixEpoch())));
  if (knowledge.as_of.has_value()) {
    metrics->AddOne("fleetca_agent_revocations_age_seconds", "How long ago that was heard.",
                    absl::ToDoubleSeconds(knowledge.age));
  }
  if (knowledge.sequence.has_value()) {
    metrics->AddOne("fleetca_agent_revocations_sequence",
                    "Up to which change the feed of revocations is held.",
                    static_cast<double>(*knowledge.sequence));
  }
  metrics->AddOne("fleetca_agent_revocations_stale", "Whether that is too long ago.",
                  knowledge.stale ? 1 : 0);
}

}  // namespace

bool AgentReport::ready() const {
  return std::all_of(identities.begin(), identities.end(),
                     [](const IdentityStatus& identity) { return identity.ready; });
}

bool AgentReport::settled() const {
  return ready() &&
         std::none_of(identities.begin(), identities.end(), [](const IdentityStatus& identity) {
           return !identity.renew_reason.empty() || PendingHook(identity) != nullptr;
         });
}

std::string ReportToJson(const AgentReport& report) {
  ordered_json json = {
      {"version", kVersion},
      {"now", TimeJson(report.now)},
      {"started_at", TimeJson(report.started_at)},
      {"ready", report.ready()},
      {"identities", ordered_json::array()},
      {"trust_bundle",
       {{"roots", report.roots},
        {"last_error", ErrorJson(report.bundle_error)},
        {"next_refresh", TimeJson(report.next_bundle)}}},
      {"revocations", report.revocations.has_value() ? RevocationsJson(*report.revocations)
                                                     : ordered_json(nullptr)}};
  for (const IdentityStatus& identity : report.identities) {
    json["identities"].push_back(IdentityJson(identity));
  }
  // Words of peers may hold what is no UTF-8.
  return absl::StrCat(
      EscapeJsonForDisplay(json.dump(2, ' ', false, ordered_json::error_handler_t::replace)), "\n");
}

std::string ReportToMetrics(const AgentReport& report) {
  Metrics metrics;
  const struct {
    absl::string_view name;
    absl::string_view type;
    absl::string_view help;
    double (*value)(const IdentityStatus&);
  } of_identities[] = {
      {"fleetca_agent_ready", "gauge", "Whether there is a certificate that is valid.",
       [](const IdentityStatus& identity) { return identity.ready ? 1.0 : 0.0; }},
      {"fleetca_agent_not_after_seconds", "gauge", "When the certificate ends.",
       [](const IdentityStatus& identity) { return Seconds(identity.not_after); }},
      {"fleetca_agent_renew_at_seconds", "gauge", "When it is renewed.",
       [](const IdentityStatus& identity) { return Seconds(identity.renew_at); }},
      {"fleetca_agent_renewals_total", "counter", "Renewals since the agent started.",
       [](const IdentityStatus& identity) { return static_cast<double>(identity.renewals); }},
      {"fleetca_agent_configuration_waits", "gauge",
       "Whether the configuration asks for another certificate than the one in force.",
       [](const IdentityStatus& identity) { return identity.renew_reason.empty() ? 0.0 : 1.0; }},
      {"fleetca_agent_losses_total", "counter",
       "Times that files in place were removed or replaced by others since the agent started.",
       [](const IdentityStatus& identity) { return static_cast<double>(identity.losses); }},
      {"fleetca_agent_failures", "gauge", "Attempts that failed in a row.",
       [](const IdentityStatus& identity) { return static_cast<double>(identity.failures); }},
      {"fleetca_agent_hooks_pending", "gauge", "Hooks that have not worked yet.",
       [](const IdentityStatus& identity) {
         return static_cast<double>(
             std::count_if(identity.hooks.begin(), identity.hooks.end(),
                           [](const HookStatus& hook) { return hook.pending; }));
       }},
  };
  for (const auto& metric : of_identities) {
    metrics.Begin(metric.name, metric.type, metric.help);
    for (const IdentityStatus& identity : report.identities) {
      metrics.Add(metric.name, identity, metric.value(identity));
    }
  }
  metrics.AddOne("fleetca_agent_trust_roots", "Roots that the host trusts.",
                 static_cast<double>(report.roots));
  if (report.revocations.has_value()) {
    AddRevocations(*report.revocations, &metrics);
  }
  return std::move(metrics).text();
}

std::string WhyNotReady(const AgentReport& report) {
  std::vector<std::string> lines;
  for (const IdentityStatus& identity : report.identities) {
    if (!identity.ready) {
      lines.push_back(
          absl::StrCat(identity.name, ": ",
                       identity.last_error.ok() ? identity.doing : identity.last_error.message()));
    } else if (!identity.renew_reason.empty()) {
      lines.push_back(absl::StrCat(identity.name, ": ", identity.renew_reason,
                                   identity.last_error.ok() ? "" : "; ",
                                   identity.last_error.message()));
    } else if (const HookStatus* const hook = PendingHook(identity); hook != nullptr) {
      lines.push_back(absl::StrCat(identity.name, ": ", HookOutcome(*hook)));
    }
  }
  return absl::StrJoin(lines, "\n");
}

std::string ReportInWords(const AgentReport& report) {
  const size_t all = report.identities.size();
  const std::string count = absl::StrCat(all, all == 1 ? " identity" : " identities");
  if (!report.ready()) {
    const std::string why = WhyNotReady(report);
    return absl::StrCat(count, ", not all ready: ", why.substr(0, why.find('\n')));
  }
  absl::Time next = absl::InfiniteFuture();
  for (const IdentityStatus& identity : report.identities) {
    next = std::min(next, identity.renew_at);
  }
  // As all are ready, these are certificates that are renewed before their time, and hooks.
  const std::string waits = WhyNotReady(report);
  return absl::StrCat(count, ", all ready; next renewal at ", TimeToWords(next),
                      waits.empty() ? "" : "; ", waits.substr(0, waits.find('\n')));
}

}  // namespace fleetca::client
