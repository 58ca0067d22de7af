#include "bench/loadgen/load_session.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "bench/loadgen/csr_pool_file.h"
#include "bench/loadgen/interruption.h"
#include "bench/loadgen/ladder.h"
#include "bench/loadgen/load_run.h"
#include "bench/loadgen/make_operation.h"
#include "client/ca_client.h"

namespace fleetca::loadgen {
namespace {

absl::StatusOr<std::unique_ptr<client::CaClient>> MakeClient(const LoadPlan& plan) {
  client::CaClientOptions options;
  options.address = plan.server;
  options.files = plan.files;
  options.server_name = plan.server_name;
  options.deadline = plan.timeout;
  options.backoff.max_attempts = 4;
  return client::CaClient::Create(std::move(options));
}

CsrPoolSpec PoolSpecFor(const LoadPlan& plan, const std::string& trust_domain) {
  CsrPoolSpec spec;
  spec.key = plan.key;
  spec.size = plan.pool_size;
  const bool renew = plan.shape == Shape::kRenew;
  spec.name_prefix = absl::StrCat("spiffe://", trust_domain, renew ? "/svc/agent-" : "/svc/load-");
  spec.names = renew ? plan.agents : plan.pool_size;
  return spec;
}

// Everything that outlives single measurements.
class LoadSession {
 public:
  explicit LoadSession(const LoadPlan& plan) : plan_(plan) {
    report_.plan = plan;
    report_.started_at = absl::Now();
    report_.machine = DescribeMachine();
  }
  ~LoadSession();

  absl::Status SetUp();
  void Measure();
  void CheckSample();
  LoadReport TakeReport() { return std::move(report_); }

 private:
  void ReadServer();
  void StartProbe();
  void CheckCount();
  RunResult Run(const RunSpec& spec);
  // Its best step, or the one that was interrupted.
  RunResult Climb(std::vector<double> rates);
  RunSpec SpecFor(std::optional<double> rate) const;

  const LoadPlan& plan_;
  LoadReport report_;
  Progress progress_;
  std::unique_ptr<client::CaClient> client_;
  CsrPool pool_;
  EventLoop loop_;
  std::unique_ptr<Connector> connector_;
  std::unique_ptr<AnswerSample> sample_;
  std::unique_ptr<Operation> operation_;
  std::unique_ptr<ServerStatistics> statistics_;
  std::unique_ptr<RawProbe> probe_;
  uint64_t issued_before_ = 0;  // by the server's count
};

LoadSession::~LoadSession() {
  if (operation_ != nullptr) {
    operation_->Close();
    while (!operation_->closed()) {
      loop_.RunOne(INT64_MAX);
    }
  }
}

absl::Status LoadSession::SetUp() {
  FLEETCA_ASSIGN_OR_RETURN(client_, MakeClient(plan_));
  FLEETCA_ASSIGN_OR_RETURN(client::TlsIdentity identity,
                           client::LoadTlsIdentity(plan_.files, absl::Now()));
  FLEETCA_ASSIGN_OR_RETURN(const client::TrustBundle bundle, client_->GetTrustBundle());
  report_.trust_domain = plan_.trust_domain.empty() ? bundle.trust_domain : plan_.trust_domain;
  FLEETCA_ASSIGN_OR_RETURN(
      pool_, OpenCsrPool(plan_.pool_file, PoolSpecFor(plan_, report_.trust_domain),
                         [this](size_t done, size_t size) {
                           progress_.Show(absl::StrFormat("keys and CSRs: %d of %d", done, size));
                         }));
  connector_ = std::make_unique<Connector>(plan_, std::move(identity));
  sample_ = std::make_unique<AnswerSample>(plan_.sample);
  operation_ = MakeOperation({plan_, *connector_, pool_, loop_, *sample_});
  ReadServer();
  StartProbe();
  return operation_->Prepare(*client_);
}

void LoadSession::ReadServer() {
  statistics_ = std::make_unique<ServerStatistics>(*connector_, loop_);
  const absl::StatusOr<v1::GetStatisticsResponse> read = statistics_->Read();
  if (read.ok()) {
    report_.server = read->server();
    issued_before_ = read->issuing().issued();
    return;
  }
  statistics_.reset();
  report_.notes.push_back(absl::StrCat(
      "the server's CPU time, commits and description are not in this report (",
      absl::StatusCodeToString(read.status().code()), " ", read.status().message(),
      "): set \"may_read_statistics: true\" for this caller in the server's configuration"));
}

void LoadSession::StartProbe() {
  const std::optional<KeyType> issuer =
      report_.server.has_value() ? KeyTypeOfServerName(report_.server->issuer_key()) : std::nullopt;
  if (issuer.has_value()) {
    const bool verifies = !plan_.same_key && plan_.shape != Shape::kOcsp;
    probe_ = std::make_unique<RawProbe>(verifies ? std::optional<KeyType>(plan_.key) : std::nullopt,
                                        *issuer);
  }
}

RunResult LoadSession::Run(const RunSpec& spec) {
  return LoadRun({plan_, loop_, *operation_, statistics_.get(), probe_.get(), progress_}, spec)
      .Run();
}

RunSpec LoadSession::SpecFor(std::optional<double> rate) const {
  return {rate, plan_.warm_up, plan_.duration, plan_.max_requests};
}

RunResult LoadSession::Climb(std::vector<double> rates) {
  Ladder ladder(std::move(rates), plan_.knee_p99);
  RunResult best;
  while (const std::optional<double> rate = ladder.NextRate()) {
    const RunResult run = Run(SpecFor(rate));
    if (run.stopped == "interrupted") {
      return run;  // half a step says nothing of the knee
    }
    LadderStep step;
    step.offered = *run.offered_per_s;
    step.achieved = run.achieved_per_s();
    step.p99 = absl::Microseconds(run.totals.latency_us.Quantile(0.99));
    step.errors = run.error_count() > 0 || run.totals.dropped_sends > 0;
    ladder.Record(step);
    if (report_.ladder.empty() || ladder.knee() == step.offered) {
      best = run;
    }
    report_.ladder.push_back(run);
    report_.knee_per_s = ladder.knee();
  }
  return best;
}

void LoadSession::Measure() {
  if (!plan_.WantsLadder()) {
    report_.result = Run(SpecFor(plan_.rate));
  } else if (plan_.ladder.has_value()) {
    report_.result = Climb(RatesOf(*plan_.ladder));
  } else {
    // Its result is the capacity.
    report_.result = Run(SpecFor(std::nullopt));
    const double capacity = report_.result.achieved_per_s();
    if (const RunResult last = capacity > 0 ? Climb(RatesUpTo(capacity)) : RunResult();
        last.stopped == "interrupted") {
      report_.result = last;
    }
  }
  if (plan_.at_knee.has_value() && report_.knee_per_s.has_value() && !Interrupted()) {
    report_.result = Run(SpecFor(*plan_.at_knee * *report_.knee_per_s));
  }
  if (plan_.WantsLadder() && !report_.knee_per_s.has_value()) {
    report_.notes.push_back("no rate of the ladder held, so there is no knee: start lower");
  }
  progress_.Clear();
}

void LoadSession::CheckSample() {
  probe_.reset();
  sample_->Verify(pool_, connector_->roots_der(), absl::Now(), &report_.sample);
  sample_->LookUp(*client_, &report_.sample);
  if (!report_.sample.not_looked_up.empty()) {
    report_.notes.push_back(
        absl::StrCat("no certificate was looked up again: ", report_.sample.not_looked_up));
  }
  CheckCount();
}

void LoadSession::CheckCount() {
  if (statistics_ == nullptr) {
    return;
  }
  const absl::StatusOr<v1::GetStatisticsResponse> read = statistics_->Read();
  if (read.ok()) {
    sample_->CheckCount(read->issuing().issued() - issued_before_, &report_.sample);
  }
}

}  // namespace

absl::StatusOr<LoadReport> RunLoad(const LoadPlan& plan) {
  LoadSession session(plan);
  FLEETCA_RETURN_IF_ERROR(session.SetUp());
  session.Measure();
  session.CheckSample();
  return session.TakeReport();
}

std::string ReportFailure(const LoadReport& report) {
  if (report.sample.failed > 0) {
    return absl::StrCat(report.sample.failed,
                        " checks of the certificates failed: ", report.sample.first_failure);
  }
  const RunResult& result = report.result;
  if (result.totals.errors.contains(kUnexpectedSuccess)) {
    return "the server granted a CSR that it must refuse";
  }
  if (result.stopped == "failing") {
    return absl::StrCat(
        "stopped, as no call succeeded for seconds: ",
        result.totals.errors.empty() ? "no answer at all" : result.totals.errors.begin()->first);
  }
  if (result.totals.answered_calls == 0 && result.stopped != "interrupted") {
    return "no call was answered in the measurement";
  }
  return "";
}

}  // namespace fleetca::loadgen
