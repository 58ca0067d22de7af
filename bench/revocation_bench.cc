// Who is revoked, as it is asked for every call and every certificate, with a million revocations.
//
// Workloads, on one and on two threads:
//   Good      KnownRevocations::CheckCertificate of serial numbers that are not revoked
//   Revoked   RevokedSerials::Find of serial numbers that are
//   Identity  KnownRevocations::CheckIdentity, with 1,000 identities blocked
// Counters: cpu_us per look-up; octets of resident memory for each revocation, of Good alone.
//
//   bazel run --config=opt //bench:revocation_bench
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/process_usage.h"
#include "bench/check.h"
#include "benchmark/benchmark.h"
#include "service/revocation/known_revocations.h"
#include "store/revocation.h"
#include "x509/serial.h"

namespace fleetca::bench {
namespace {

constexpr size_t kRevoked = 1'000'000;
constexpr size_t kAsked = 1 << 16;
constexpr size_t kBlocked = 1000;

std::vector<std::string> Serials(size_t count) {
  const absl::Time now = absl::FromUnixSeconds(1767225600);
  std::vector<std::string> serials;
  serials.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto serial = x509::SerialNumber::Create(now + absl::Hours(i % 48), 7, now);
    CheckOk(serial.status(), "a serial number");
    serials.emplace_back(serial->bytes());
  }
  return serials;
}

std::string WebIdentity(size_t number) {
  return absl::StrCat("spiffe://fleet.test/svc/web-", number);
}

// Made once, for all.
struct Known {
  Known() : good(Serials(kAsked)) {
    std::vector<std::string> all = Serials(kRevoked);
    revoked.assign(all.begin(), all.begin() + kAsked);
    const uint64_t before = ResidentBytes();
    for (const std::string& serial : all) {
      revocations.Apply(
          store::Revocation{.serial = serial, .revoked_at = absl::FromUnixSeconds(1767225600)});
    }
    octets = static_cast<double>(ResidentBytes() - before) / kRevoked;
    for (size_t i = 0; i < kBlocked; ++i) {
      revocations.Apply(store::Block{.target = {store::BlockKind::kIdentity, WebIdentity(i)}});
      identities.push_back(WebIdentity(kBlocked + i));
    }
    revocations.SetComplete(1);
  }

  static uint64_t ResidentBytes() {
    const auto usage = ReadProcessUsage();
    CheckOk(usage.status(), "the memory");
    return usage->resident_bytes;
  }
  static Known& Get() {
    static Known& known = *new Known;
    return known;
  }

  service::KnownRevocations revocations;
  std::vector<std::string> good;
  std::vector<std::string> revoked;
  std::vector<std::string> identities;
  double octets = 0;
};

void Report(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations());
  state.counters["cpu_us"] =
      benchmark::Counter(static_cast<double>(state.iterations()) / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Good(benchmark::State& state) {
  const Known& known = Known::Get();
  size_t i = 0;
  bool ok = true;
  for (auto _ : state) {
    ok &= known.revocations.CheckCertificate(known.good[i++ % kAsked]).ok();
  }
  Check(ok, "a good certificate");
  Report(state);
  state.counters["octets"] = benchmark::Counter(known.octets, benchmark::Counter::kAvgThreads);
}
BENCHMARK(Good)->Threads(1)->Threads(2);

void Revoked(benchmark::State& state) {
  const Known& known = Known::Get();
  size_t i = 0;
  bool found = true;
  for (auto _ : state) {
    found &= known.revocations.Find(known.revoked[i++ % kAsked]).has_value();
  }
  Check(found, "a revoked certificate");
  Report(state);
}
BENCHMARK(Revoked)->Threads(1)->Threads(2);

void Identity(benchmark::State& state) {
  const Known& known = Known::Get();
  size_t i = 0;
  bool ok = true;
  for (auto _ : state) {
    ok &= known.revocations.CheckIdentity(known.identities[i++ % kBlocked]).ok();
  }
  Check(ok, "an identity");
  Report(state);
}
BENCHMARK(Identity)->Threads(1)->Threads(2);

}  // namespace
}  // namespace fleetca::bench
