// The TBSCertificate: what is about to be signed, as bytes.
//
// Workloads, for each type of subscriber key, a P-256 issuer, batches of 1 to 256 different
// certificates, 1 and 2 threads:
//   BuildTbs       TbsTemplate::Build: the template filled in, the key's identifier hashed
//   BuildShardTbs  the same, with the URL of the CRL of the certificate's own shard (batches of 64)
//   CreateSerial   SerialNumber::Create: a serial number with its 72 random bits (batches of 64)
//   Assemble       AssembleCertificate: TBS, algorithm and signature into one (batches of 64)
// raw is one verification by that key and one P-256 signature: what the certificate costs at the
// least. obvious, of BuildTbs, is an X509 object filled in with X509_set_pubkey and
// X509V3_EXT_conf_nid, its encoding not included. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:tbs_bench
#include <string>
#include <vector>

#include "bench/check.h"
#include "bench/leaf_set.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "service/revocation/crl_shard.h"
#include "x509/certificate.h"
#include "x509/serial.h"

namespace fleetca::bench {
namespace {

void BuildTbs(benchmark::State& state, KeyType type) {
  const LeafSet leaves(type, KeyType::kP256);
  RawCryptography cryptography(type, KeyType::kP256);
  const ObviousWay obvious_way(KeyType::kP256);
  const X509ReqPtr request = obvious_way.ParseRequest(CsrsOf(type).ders.front());
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i, next = (next + 1) % kCsrs) {
      Check(leaves.tbs_template().Build(leaves.spec(next)) == leaves.tbs(next), "Build");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { obvious_way.BuildCertificate(request.get()); };
  MeasureStage(state, stage);
}

void BuildShardTbs(benchmark::State& state, KeyType type) {
  const LeafSet leaves(type, KeyType::kP256);
  RawCryptography cryptography(type, KeyType::kP256);
  std::vector<x509::CertSpec> specs;
  for (size_t i = 0; i < kCsrs; ++i) {
    specs.push_back(leaves.spec(i));
  }
  const std::string shards_url =
      "http://ca.fleet.example/crl/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i, next = (next + 1) % kCsrs) {
      x509::CertSpec& spec = specs[next];
      const std::string url = service::CrlShardUrl(
          shards_url, service::CrlShardOf(spec.serial.bytes(), service::kDefaultCrlShards));
      spec.crl_url = url;
      Check(leaves.tbs_template().Build(spec).size() > url.size(), "Build");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  MeasureStage(state, stage);
}

void CreateSerial(benchmark::State& state, KeyType type) {
  RawCryptography cryptography(type, type);
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      const auto serial =
          x509::SerialNumber::Create(x509::kTestNow + absl::Hours(24), 1, x509::kTestNow);
      Check(serial.ok() && serial->instance_id() == 1, "SerialNumber::Create");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  MeasureStage(state, stage);
}

void Assemble(benchmark::State& state, KeyType type) {
  const LeafSet leaves(type, KeyType::kP256);
  const std::string signature = leaves.ca().key.Sign(leaves.ca().scheme, leaves.tbs(0));
  RawCryptography cryptography(type, KeyType::kP256);
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      const std::string& tbs = leaves.tbs(next++ % kCsrs);
      const std::string certificate = x509::AssembleCertificate(tbs, leaves.ca().scheme, signature);
      Check(certificate.size() > tbs.size() + signature.size(), "AssembleCertificate");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("BuildTbs", BuildTbs);
  RegisterStage("BuildTbs", BuildTbs, KeyType::kRsa4096, 64);
  RegisterStage("BuildShardTbs", BuildShardTbs, KeyType::kP256, 64);
  RegisterStage("CreateSerial", CreateSerial, KeyType::kP256, 64);
  RegisterStage("Assemble", Assemble, KeyType::kP256, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
