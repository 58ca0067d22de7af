// The second step of an issuance: the policy's decision.
//
// Workloads, each with policies of 10 and of 10,000 rules, on 1 and 2 threads, over different
// requests:
//   Authorize/Hit      a service asks for itself, with a DNS name that a template grants: roles,
//                      an audience and an attribute
//   Authorize/Regex    the same with a name that a regular expression grants, bound to a capture
//   Authorize/ForOther a node agent asks for its workload: two rules are found
//   Authorize/Miss     an identity that no rule matches: the refusal and its sentence
//   Authorize/Foreign  a service asks for another one and may not
//   FindByScan         what a list of rules in place of the tree would cost: every pattern tried in
//                      turn, and no decision made (10,000 rules only)
// The column "CPU" is the time of one decision.
//
//   bazel run --config=opt //bench:policy_bench
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "benchmark/benchmark.h"
#include "service/policy/policy.h"

namespace fleetca::bench {
namespace {

using service::AuthorizeRequest;
using service::Policy;
using service::PolicyOptions;
using service::RuleOptions;
using x509::GeneralName;
using x509::NameType;

// More than the processor's nearest caches keep of 10,000 rules.
constexpr size_t kRequests = 4096;
constexpr int64_t kFewRules = 10;
constexpr int64_t kManyRules = 10000;

service::PolicyProfileOptions Profile() {
  service::PolicyProfileOptions options;
  options.profile.name = "service";
  options.profile.default_lifetime = absl::Hours(1);
  options.profile.client_auth = true;
  options.profile.names.spiffe_paths = {"/*"};
  options.profile.names.dns_suffixes = {".fleet.example"};
  return options;
}

// Half are "/svc/teamN/{name}", half "/node/NAME", and "/svc/*" is below them all.
PolicyOptions Options(int64_t rules) {
  PolicyOptions options;
  options.revision = 1;
  options.trust_domain = "fleet.example";
  options.profiles = {Profile()};
  for (int64_t i = 0; i < rules / 2; ++i) {
    RuleOptions service;
    service.name = absl::StrCat("service-", i);
    service.identity = absl::StrCat("/svc/team", i, "/{name}");
    service.profiles = {"service"};
    service.dns_names = {absl::StrCat("{name}.team", i, ".fleet.example")};
    service.dns_regexes = {"(?P<name>[a-z0-9]+)-[0-9]+\\.fleet\\.example"};
    service.roles = {"inventory.read", "orders.write", "orders.read"};
    service.audience = {"inventory", "orders"};
    service.attributes = {{"team", absl::StrCat("team", i)}, {"service", "{name}"}};
    options.rules.push_back(service);
    RuleOptions node;
    node.name = absl::StrCat("node-", i);
    node.identity = absl::StrCat("/node/team", i, "/{node}");
    node.issue_for = {absl::StrCat("/svc/team", i, "/*")};
    options.rules.push_back(node);
  }
  options.rules.pop_back();
  RuleOptions rest;
  rest.name = "rest";
  rest.identity = "/svc/*";
  rest.profiles = {"service"};
  options.rules.push_back(rest);
  return options;
}

const Policy& PolicyOf(int64_t rules) {
  static const Policy* const few = OrDie(Policy::Create(Options(kFewRules)), "policy").release();
  static const Policy* const many = OrDie(Policy::Create(Options(kManyRules)), "policy").release();
  return rules == kFewRules ? *few : *many;
}

struct Request {
  std::string caller;
  std::string subject;
  std::string dns_name;
};

enum class Kind { kHit, kRegex, kForOther, kMiss, kForeign };

Request MakeRequest(Kind kind, size_t i, int64_t rules) {
  // Steps through the teams so that neighbours in the policy are not neighbours in time.
  const size_t team = (i * 977) % static_cast<size_t>(rules / 2 - 1);
  const std::string service = absl::StrCat("spiffe://fleet.example/svc/team", team, "/web", i);
  switch (kind) {
    case Kind::kHit:
      return {service, "", absl::StrCat("web", i, ".team", team, ".fleet.example")};
    case Kind::kRegex:
      return {service, "", absl::StrCat("web", i, "-7.fleet.example")};
    case Kind::kForOther:
      return {absl::StrCat("spiffe://fleet.example/node/team", team, "/n", i), service, ""};
    case Kind::kMiss:
      return {absl::StrCat("spiffe://fleet.example/host/team", team, "/h", i), "", ""};
    case Kind::kForeign:
      return {service, absl::StrCat("spiffe://fleet.example/svc/team", team, "/db"), ""};
  }
  return {};
}

void Authorize(benchmark::State& state, Kind kind) {
  const int64_t rules = state.range(0);
  const Policy& policy = PolicyOf(rules);
  std::vector<Request> texts;
  for (size_t i = 0; i < kRequests; ++i) {
    texts.push_back(MakeRequest(kind, i, rules));
  }
  std::vector<std::array<GeneralName, 1>> names;
  std::vector<AuthorizeRequest> requests;
  names.reserve(kRequests);
  for (const Request& text : texts) {
    names.push_back({GeneralName{NameType::kDns, text.dns_name}});
    AuthorizeRequest request;
    request.caller = text.caller;
    request.subject = text.subject;
    request.profile = "service";
    request.names = absl::MakeConstSpan(names.back()).first(text.dns_name.empty() ? 0 : 1);
    requests.push_back(request);
  }
  const bool is_allowed = kind != Kind::kMiss && kind != Kind::kForeign;
  size_t next = static_cast<size_t>(state.thread_index()) * kRequests / 2;
  for (auto _ : state) {
    const auto decision = policy.Authorize(requests[next++ % kRequests]);
    Check(decision.ok() == is_allowed, "Authorize");
    Check(!is_allowed || decision->attributes.size() == 2, "the grants");
  }
  state.SetItemsProcessed(state.iterations());
}

void FindByScan(benchmark::State& state) {
  std::vector<service::IdentityPattern> patterns;
  for (const RuleOptions& rule : Options(state.range(0)).rules) {
    patterns.push_back(OrDie(service::IdentityPattern::Parse(rule.identity), "pattern"));
  }
  size_t next = 0;
  for (auto _ : state) {
    const size_t team = next++ * 977 % (kManyRules / 2 - 1);
    const std::string path = absl::StrCat("/svc/team", team, "/web");
    const service::PathSegments segments = service::SplitPath(path);
    size_t found = 0;
    for (const service::IdentityPattern& pattern : patterns) {
      found += pattern.Matches(segments, pattern.Capture(segments)) ? 1 : 0;
    }
    Check(found == 2, "FindByScan");
  }
  state.SetItemsProcessed(state.iterations());
}

void BothSizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("rules")->Arg(kFewRules)->Arg(kManyRules);
  benchmark->Threads(1)->Threads(2);
}

BENCHMARK_CAPTURE(Authorize, Hit, Kind::kHit)->Apply(BothSizes);
BENCHMARK_CAPTURE(Authorize, Regex, Kind::kRegex)->Apply(BothSizes);
BENCHMARK_CAPTURE(Authorize, ForOther, Kind::kForOther)->Apply(BothSizes);
BENCHMARK_CAPTURE(Authorize, Miss, Kind::kMiss)->Apply(BothSizes);
BENCHMARK_CAPTURE(Authorize, Foreign, Kind::kForeign)->Apply(BothSizes);
BENCHMARK(FindByScan)->ArgName("rules")->Arg(kManyRules);

}  // namespace
}  // namespace fleetca::bench
