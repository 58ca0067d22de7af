// What a run of the load generator does, checked.
#ifndef FLEETCA_BENCH_LOADGEN_LOAD_PLAN_H_
#define FLEETCA_BENCH_LOADGEN_LOAD_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "client/tls_identity.h"

namespace fleetca::loadgen {

// What one call is.
enum class Shape {
  kUnary,      // IssueCertificate
  kBatch,      // BatchIssueCertificates
  kStream,     // one request on an open StreamIssueCertificates
  kConnect,    // a TLS connection and GetTrustBundle on it
  kBootstrap,  // a TLS connection and IssueCertificate on it
  kRenew,      // the same, presenting the certificate that the last one gave
  kMixed,      // IssueCertificate, GetCertificate and bad CSRs
  kRevoke,     // RevokeCertificates of serial numbers
  kOcsp,       // a question to the OCSP responder, by plain HTTP
};

// "unary"...
absl::string_view ShapeName(Shape shape);
std::optional<Shape> ParseShape(absl::string_view name);

enum class Arrivals { kConstant, kPoisson };

absl::string_view ArrivalsName(Arrivals arrivals);

// Offered rates, each `factor` times the one before.
struct LadderRates {
  double start = 0;  // calls per second
  double factor = 1;
  int steps = 0;
};

struct LoadPlan {
  // The server and the caller.
  std::string server;
  client::TlsFiles files;
  std::string server_name;

  Shape shape = Shape::kUnary;
  size_t batch = 64;
  size_t connections = 1;
  // Closed loop: calls in flight; for streams, requests in flight on each.
  size_t outstanding = 64;
  // Open loop: calls per second. Absent: closed loop.
  std::optional<double> rate;
  Arrivals arrivals = Arrivals::kConstant;
  size_t max_outstanding = 100'000;
  // Rates to climb; `automatic_ladder` takes them from a measured capacity.
  std::optional<LadderRates> ladder;
  bool automatic_ladder = false;
  absl::Duration knee_p99 = absl::Milliseconds(50);
  // After the ladder: a measurement at this share of the knee.
  std::optional<double> at_knee;

  absl::Duration warm_up = absl::Seconds(2);
  absl::Duration duration = absl::Seconds(10);
  uint64_t max_requests = 0;  // 0: as many as the duration allows
  absl::Duration timeout = absl::Seconds(30);

  std::string profile = "service";
  std::string trust_domain;  // empty: the server's
  bool request_ids = true;
  KeyType key = KeyType::kP256;
  size_t pool_size = 4096;
  std::string pool_file;  // empty: in memory alone
  size_t agents = 16;
  // Of renewals: RenewCertificate without a CSR, on connections that stay open.
  bool same_key = false;
  // HOST:PORT of the server's HTTP port, for OCSP.
  std::string http_server;
  bool post = false;   // OCSP by POST, else by GET
  bool nonce = false;  // in each question, so that the answer is signed anew
  double bad_share = 0.05;
  double lookup_share = 0.1;
  // Certificates to verify and look up.
  size_t sample = 100;

  bool WantsLadder() const { return ladder.has_value() || automatic_ladder; }
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_LOAD_PLAN_H_
