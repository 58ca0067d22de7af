// The issuing cycle for renewals with the same key, as a ratio to one bare signature: there is no
// CSR and nothing to verify, as the handshake has proved the key.
//
// Workloads, P-256 issuer and subscribers, batches of 64, one thread, each certificate of another
// line:
//   RenewMemory   IssueBatch into the memory store
//   RenewRocksDb  IssueBatch into RocksDB, one synced write a batch
// Each line is renewed from the same certificate over and over, as if every answer was lost, which
// is the same work as from the newest.
//
// raw is one signature, so ratio is the whole cost of a renewal over its floor. See bench/stage.h.
// Wanted: 1.6 at most in memory, 2.2 with RocksDB.
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/check.h"
#include "bench/csr_set.h"
#include "bench/issuing_fixture.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "bench/temporary_store.h"
#include "x509/certificate.h"

namespace fleetca::bench {
namespace {

// One renewal for each line, which is asked for again and again.
class Renewals {
 public:
  Renewals(KeyType type, size_t lines, service::Issuer& issuer) {
    const CsrSet& csrs = CsrsOf(type);
    for (size_t i = 0; i < lines; ++i) {
      testing::RecordingIssuance first(csrs.ders[i]);
      service::Issuance* batch = &first;
      issuer.IssueBatch(absl::MakeSpan(&batch, 1));
      CheckOk(first.outcome.status(), "a first certificate");
      pointers_.push_back(&AddRenewal(*first.outcome));
    }
  }

  void Run(service::Issuer& issuer) {
    issuer.IssueBatch(pointers_);
    for (const testing::RecordingIssuance& issuance : issuances_) {
      CheckOk(issuance.outcome.status(), "a renewal");
    }
  }

 private:
  testing::RecordingIssuance& AddRenewal(const service::IssuedCertificate& issued) {
    const auto certificate = x509::ParseCertificate(issued.certificate);
    CheckOk(certificate.status(), "ParseCertificate");
    service::CallerCertificate held;
    held.serial = issued.serial_number;
    held.subject_public_key_info = std::string(certificate->public_key.spki);
    held.profile = "service";
    held.lineage = issued.serial_number;
    testing::RecordingIssuance& renewal = issuances_.emplace_back("");
    renewal.request.renewal = true;
    renewal.AskAs(service::CertificateCaller{
        .spiffe_id = std::string(certificate->SpiffeId()),
        .held = std::make_shared<const service::CallerCertificate>(std::move(held)),
        .address = "192.0.2.7:50000"});
    return renewal;
  }

  std::deque<testing::RecordingIssuance> issuances_;
  std::vector<service::Issuance*> pointers_;
};

void Measure(benchmark::State& state, KeyType type, bool on_disk) {
  const auto rocksdb = on_disk ? std::make_unique<TemporaryRocksDb>() : nullptr;
  store::MemoryStore memory;
  testing::TestIssuer ca(
      {.key_type = type, .store = on_disk ? rocksdb->get() : &memory, .clock = &Clock::System()});
  Renewals renewals(type, static_cast<size_t>(state.range(0)), ca.issuer());
  RawKey issuing_key(type);
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.has_threads = true;
  stage.run_batch = [&] {
    renewals.Run(ca.issuer());
    KeepSmall(memory);
  };
  stage.raw = [&] { issuing_key.Sign(); };
  MeasureStage(state, stage);
}

void RenewMemory(benchmark::State& state, KeyType type) { Measure(state, type, false); }
void RenewRocksDb(benchmark::State& state, KeyType type) { Measure(state, type, true); }

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("RenewMemory", RenewMemory, KeyType::kP256, 64);
  RegisterStage("RenewRocksDb", RenewRocksDb, KeyType::kP256, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
