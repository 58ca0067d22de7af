// What others hear of revocations: CRLs made, OCSP requests answered.
//
// PublishShard/N: one shard with N revoked certificates is made anew, from the store to the CRL
// that is given out. Wanted: 8,000 in less than 20 ms.
// OcspFromCache, OcspSignedAnew: requests answered, 64 a turn, on one thread. Counters: see
// bench/stage.h; raw is the delegate's bare signature. Wanted: over 20,000 a second from the cache;
// signed anew, `ratio` at most 1.3.
// PublishAll: so many revoked certificates in 128 shards. Counters: seconds for all, entries a
// second, crl_mb given out, and rss_growth_mb, by how much resident memory grew meanwhile. Takes
// long to fill, so it runs only when it is asked for, with the number:
//   export FLEETCA_BENCH_REVOKED=1000000
//   bazel run --config=opt //bench:publish_bench -- --benchmark_filter=PublishAll
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/types/span.h"
#include "bench/check.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "benchmark/benchmark.h"
#include "service/revocation/crl_publisher.h"
#include "service/revocation/ocsp_responder.h"
#include "service/revocation/testing/revoking_ca.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::bench {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

double ResidentMegabytes() {
  std::ifstream status("/proc/self/statm");
  double total = 0;
  double resident = 0;
  status >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

std::unique_ptr<service::CrlPublisher> MakePublisher(service::RevokingCa& ca) {
  return OrDie(service::CrlPublisher::Create(ca.issuer(),
                                             {.shards = ca.shards,
                                              .base_url = "http://pki.fleet.example/crl",
                                              .max_complete_entries = 0},
                                             ca.store, ca.clock_rule),
               "the publisher");
}

void PublishShard(benchmark::State& state) {
  service::RevokingCa ca(1);
  ca.IssueRevoked(static_cast<int>(state.range(0)), absl::Hours(24 * 365));
  const auto publisher = MakePublisher(ca);
  publisher->Look();
  for (auto _ : state) {
    state.PauseTiming();
    ca.Advance(absl::Hours(12));
    state.ResumeTiming();
    publisher->Look();
  }
  CheckOk(publisher->status(), "publishing");
}
BENCHMARK(PublishShard)->Arg(100)->Arg(8000)->Unit(benchmark::kMillisecond)->Iterations(20);

void PublishAll(benchmark::State& state) {
  int count = 0;
  const char* const wanted = std::getenv("FLEETCA_BENCH_REVOKED");
  if (wanted == nullptr || !absl::SimpleAtoi(wanted, &count)) {
    state.SkipWithError("set FLEETCA_BENCH_REVOKED to the number of revoked certificates");
    return;
  }
  service::RevokingCa ca(128);
  ca.IssueRevoked(count, absl::Hours(24 * 30));
  const auto publisher = MakePublisher(ca);
  const double before = ResidentMegabytes();
  const Clock::time_point start = Clock::now();
  for (auto _ : state) {
    while (publisher->Look()) {
    }
  }
  const double seconds = Seconds(start);
  CheckOk(publisher->status(), "publishing");
  double octets = 0;
  for (uint16_t shard = 0; shard < ca.shards; ++shard) {
    octets += static_cast<double>(OrDie(publisher->Find(shard), "a shard")->der.size());
  }
  state.counters["seconds"] = seconds;
  state.counters["entries_per_second"] = count / seconds;
  state.counters["crl_mb"] = octets / (1 << 20);
  state.counters["rss_growth_mb"] = ResidentMegabytes() - before;
}
BENCHMARK(PublishAll)->Iterations(1)->Unit(benchmark::kSecond);

// A responder for one CA, and a request about a good certificate.
struct Asked {
  Asked() {
    std::vector<service::OcspIssuer> issuers;
    issuers.push_back({ca.ca.certificate, ca.delegate_issue()});
    responder =
        OrDie(service::OcspResponder::Create(std::move(issuers), {}, ca.store, ca.clock_rule),
              "the responder");
    responder->Look();
    CheckOk(responder->status(), "the delegate");
    serial = ca.Issue();
  }
  std::string Request(absl::string_view nonce) const {
    return x509::BuildOcspRequest(x509::IssuerHashes(ca.certificate), x509::CertIdHash::kSha256,
                                  serial, nonce);
  }

  service::RevokingCa ca{128};
  std::unique_ptr<service::OcspResponder> responder;
  std::string serial;
};

// A turn of answers on one thread, beside the delegate's bare signatures.
void Answer(benchmark::State& state, KeyType type, absl::string_view nonce) {
  Asked asked;
  const std::string request = asked.Request(nonce);
  RawKey key(type);
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      Check(asked.responder->Answer(request)->status == x509::OcspResponseStatus::kSuccessful,
            "an OCSP answer");
    }
  };
  stage.raw = [&key] { key.Sign(); };
  MeasureStage(state, stage);
}

void OcspFromCache(benchmark::State& state, KeyType type) { Answer(state, type, ""); }
void OcspSignedAnew(benchmark::State& state, KeyType type) { Answer(state, type, "nonce"); }

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("OcspFromCache", OcspFromCache, KeyType::kP256, 64);
  RegisterStage("OcspSignedAnew", OcspSignedAnew, KeyType::kP256, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
