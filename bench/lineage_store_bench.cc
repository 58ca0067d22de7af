// Renewals and revocations on stable storage.
//
// Workloads, for P-256 certificates with all the fields of a record, on one thread:
//   Renew/64    Store::Write of 64 certificates, each the next of its lineage, of 16,384 lineages
//   Revoke/100  Store::Write of 100 revocations, of certificates that were recorded before
//   Append/64   Store::Write of 64 certificates that renew none: what Renew adds to
// Counters as in bench/store_bench.cc, each for one renewal or revocation. Wanted: a revocation in
// less than 10 us.
//
//   FLEETCA_BENCH_DIR=/mnt/disk bazel run --config=opt //bench:store_bench -- --benchmark_filter=Re
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "bench/check.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "bench/temporary_store.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"
#include "store/testing/write_stored.h"

namespace fleetca::bench {
namespace {

constexpr int kRenewals = 64;
constexpr int kRevocations = 100;
constexpr uint16_t kShards = 128;

store::CertificateRecord Issued(uint64_t number) {
  store::CertificateRecord record =
      store::TestIssuedRecord(number, static_cast<uint16_t>(number % kShards));
  record.identity = absl::StrCat("spiffe://fleet.test/svc/web-", number % 100'000);
  return record;
}

// Certificates of the same lineages over and over, a batch at a time.
class Renewals {
 public:
  Renewals() {
    for (; number_ < kLineages; ++number_) {
      newest_.push_back(Issued(number_));
    }
  }

  void Prepare(size_t count) {
    records_.clear();
    steps_.clear();
    for (size_t i = 0; i < count; ++i, ++number_) {
      store::CertificateRecord& newest = newest_[number_ % kLineages];
      store::CertificateRecord renewal = Issued(number_);
      renewal.lineage = store::LineageOf(newest);
      renewal.generation = newest.generation + 1;
      steps_.push_back(store::TestStep(renewal, newest));
      newest = renewal;
      records_.push_back(std::move(renewal));
    }
    next_ = 0;
  }
  // The next `count`; good until the next Prepare.
  store::Commit Next(size_t count) {
    next_ += count;
    return {.certificates = absl::MakeConstSpan(records_).subspan(next_ - count, count),
            .lineage_steps = absl::MakeConstSpan(steps_).subspan(next_ - count, count)};
  }

 private:
  static constexpr size_t kLineages = 16'384;

  uint64_t number_ = 0;
  std::vector<store::CertificateRecord> newest_;
  std::vector<store::CertificateRecord> records_;
  std::vector<store::LineageStep> steps_;
  size_t next_ = 0;
};

Stage StageOf(const benchmark::State& state, RawCryptography& cryptography) {
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.has_threads = true;
  stage.raw = [&cryptography] { cryptography.Run(); };
  return stage;
}

void Renew(benchmark::State& state, KeyType type) {
  TemporaryRocksDb store;
  Renewals renewals;
  RawCryptography cryptography(type, KeyType::kP256);
  Stage stage = StageOf(state, cryptography);
  stage.prepare = [&](size_t batches) { renewals.Prepare(batches * stage.batch); };
  stage.run_batch = [&] {
    CheckOk(store::WriteStored(*store.get(), renewals.Next(stage.batch)), "Write");
  };
  MeasureStage(state, stage);
}

void Append(benchmark::State& state, KeyType type) {
  TemporaryRocksDb store;
  RawCryptography cryptography(type, KeyType::kP256);
  Stage stage = StageOf(state, cryptography);
  std::vector<store::CertificateRecord> records;
  uint64_t number = 0;
  size_t next = 0;
  stage.prepare = [&](size_t batches) {
    records.clear();
    for (size_t i = 0; i < batches * stage.batch; ++i) {
      records.push_back(Issued(number++));
    }
    next = 0;
  };
  stage.run_batch = [&] {
    const auto batch = absl::MakeConstSpan(records).subspan(next, stage.batch);
    CheckOk(store::WriteStored(*store.get(), {.certificates = batch}), "Write");
    next += stage.batch;
  };
  MeasureStage(state, stage);
}

void Revoke(benchmark::State& state, KeyType type) {
  TemporaryRocksDb store;
  RawCryptography cryptography(type, KeyType::kP256);
  Stage stage = StageOf(state, cryptography);
  std::vector<store::Revocation> revocations;
  uint64_t number = 0;
  size_t next = 0;
  stage.prepare = [&](size_t batches) {
    revocations.clear();
    for (size_t i = 0; i < batches; ++i) {
      std::vector<store::CertificateRecord> records;
      for (size_t j = 0; j < stage.batch; ++j) {
        records.push_back(Issued(number++));
        // Or RocksDB's threads would flush certificates all the time, and that would count here.
        records.back().certificate = "short";
        revocations.push_back(store::RevocationOf(records.back()));
      }
      CheckOk(store::WriteStored(*store.get(), {.certificates = records}), "Write");
    }
    next = 0;
  };
  stage.run_batch = [&] {
    const auto batch = absl::MakeConstSpan(revocations).subspan(next, stage.batch);
    const store::CommitOutcomes outcomes =
        OrDie(store.get()->Write({.revocations = batch}), "Write");
    Check(outcomes.revocations.size() == stage.batch &&
              outcomes.revocations.back().kind == store::RevocationOutcome::Kind::kRevoked,
          "a revocation");
    next += stage.batch;
  };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("Renew", Renew, KeyType::kP256, kRenewals);
  RegisterStage("Append", Append, KeyType::kP256, kRenewals);
  RegisterStage("Revoke", Revoke, KeyType::kP256, kRevocations);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
