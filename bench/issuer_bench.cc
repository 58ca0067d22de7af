// The whole issuing cycle, as a ratio to the cryptography in it.
//
// Workloads, P-256 issuer and subscribers, batches of 1 to 256 CSRs, 1 and 2 threads that share one
// issuer and one store:
//   IssueMemory      IssueBatch into the memory store
//   IssueRocksDb     IssueBatch into RocksDB, one synced write a batch
//   IssueMemoryIds   with a request_id for each (batches of 64)
//   IssueRocksDbIds  the same
// The first two also with issuer and subscribers of each other key type, in batches of 64. What two
// workers are worth, and what storing costs in rate, is in issuer_rate_bench.cc; what memory it
// takes in issuer_memory_bench.cc; what renewals cost in issuer_renewal_bench.cc. All four are this
// binary.
//
// cpu_us counts RocksDB's own threads as well. raw is one verification and one signature, so ratio
// is the whole cost of a certificate over its floor. obvious is the whole cycle with OpenSSL's
// objects, and stored nowhere. See bench/stage.h for the counters.
//
//   FLEETCA_BENCH_DIR=/mnt/disk bazel run --config=opt //bench:issuer_bench
#include <functional>
#include <memory>

#include "bench/csr_set.h"
#include "bench/issuing_fixture.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "bench/temporary_store.h"

namespace fleetca::bench {
namespace {

// An issuer that the threads of one benchmark share: thread 0 makes it, before the loop begins.
struct SharedIssuer {
  explicit SharedIssuer(KeyType type, bool on_disk)
      : rocksdb(on_disk ? std::make_unique<TemporaryRocksDb>() : nullptr),
        ca({.key_type = type,
            .store = on_disk ? rocksdb->get() : &memory,
            .clock = &Clock::System(),
            .revocations = &known}) {
    known.SetComplete(0);
  }

  const std::unique_ptr<TemporaryRocksDb> rocksdb;
  store::MemoryStore memory;
  service::KnownRevocations known;
  testing::TestIssuer ca;
};

void Measure(benchmark::State& state, KeyType type, bool on_disk, bool with_request_ids) {
  static std::unique_ptr<SharedIssuer> shared;
  if (state.thread_index() == 0) {
    shared = std::make_unique<SharedIssuer>(type, on_disk);
  }
  IssuanceBatch batch(type, static_cast<size_t>(state.range(0)), with_request_ids);
  RawCryptography cryptography(type, type);
  const ObviousWay obvious_way(type);
  const CsrSet& csrs = CsrsOf(type);
  size_t next_obvious = 0;
  Stage stage;
  stage.batch = batch.size();
  stage.has_threads = true;
  stage.run_batch = [&] {
    batch.Issue(shared->ca.issuer());
    KeepSmall(shared->memory);
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { obvious_way.Issue(csrs.ders[next_obvious++ % kCsrs]); };
  MeasureStage(state, stage);
  if (state.thread_index() == 0) {
    shared.reset();
  }
}

void IssueMemory(benchmark::State& state, KeyType type) { Measure(state, type, false, false); }
void IssueRocksDb(benchmark::State& state, KeyType type) { Measure(state, type, true, false); }
void IssueMemoryIds(benchmark::State& state, KeyType type) { Measure(state, type, false, true); }
void IssueRocksDbIds(benchmark::State& state, KeyType type) { Measure(state, type, true, true); }

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("IssueMemory", IssueMemory, KeyType::kP256);
  RegisterStage("IssueRocksDb", IssueRocksDb, KeyType::kP256);
  RegisterStage("IssueMemoryIds", IssueMemoryIds, KeyType::kP256, 64);
  RegisterStage("IssueRocksDbIds", IssueRocksDbIds, KeyType::kP256, 64);
  for (const KeyType type : {KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    RegisterStage("IssueMemory", IssueMemory, type, 64);
    RegisterStage("IssueRocksDb", IssueRocksDb, type, 64);
  }
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
