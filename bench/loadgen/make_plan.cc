#include "bench/loadgen/make_plan.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto_types.h"
#include "base/status_macros.h"

namespace fleetca::loadgen {
namespace {

constexpr absl::Duration kLongest = absl::Hours(1);
constexpr double kFastest = 1e6;  // calls per second
constexpr size_t kPoolSize = 4096;
// An RSA key takes a hundred milliseconds to make.
constexpr size_t kRsaPoolSize = 256;
// SerialNumbers.values.
constexpr size_t kMostRevokedInACall = 10'000;

absl::Status Mistake(absl::string_view flag, absl::string_view text, absl::string_view wants) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", text, "\" is not ", wants));
}

absl::StatusOr<absl::Duration> Length(absl::string_view flag, const std::string& text,
                                      absl::Duration least) {
  absl::Duration length;
  if (!absl::ParseDuration(text, &length) || length < least || length > kLongest) {
    return Mistake(flag, text, "a time such as 10s, 500ms or 2m, of at most 1h");
  }
  return length;
}

absl::StatusOr<double> Number(absl::string_view flag, const std::string& text, double most,
                              absl::string_view wants) {
  double number = 0;
  if (!absl::SimpleAtod(text, &number) || !(number > 0) || !(number <= most)) {
    return Mistake(flag, text, wants);
  }
  return number;
}

absl::StatusOr<LadderRates> ParseLadder(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  LadderRates rates;
  if (parts.size() != 3 || !absl::SimpleAtod(parts[0], &rates.start) ||
      !absl::SimpleAtod(parts[1], &rates.factor) || !absl::SimpleAtoi(parts[2], &rates.steps) ||
      !(rates.start > 0) || !(rates.start <= kFastest) || !(rates.factor > 1) ||
      !(rates.factor <= 10) || rates.steps < 1 || rates.steps > 100) {
    return Mistake("--ladder", text,
                   "\"auto\" or START:FACTOR:STEPS, such as 500:1.25:12 for 12 rates from 500 "
                   "calls a second up, each 1.25 times the one before");
  }
  return rates;
}

absl::Status ReadRates(const LoadFlags& flags, LoadPlan* plan) {
  plan->arrivals = flags.arrivals == "poisson" ? Arrivals::kPoisson : Arrivals::kConstant;
  if (!flags.rate.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(plan->rate, Number("--rate", flags.rate, kFastest,
                                                "a number of calls per second up to 1000000"));
  }
  if (flags.ladder == "auto") {
    plan->automatic_ladder = true;
  } else if (!flags.ladder.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(plan->ladder, ParseLadder(flags.ladder));
  }
  if (!flags.at_knee.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(plan->at_knee, Number("--at-knee", flags.at_knee, 1,
                                                   "a share of the knee, above 0 and up to 1"));
    if (!plan->WantsLadder()) {
      return absl::InvalidArgumentError("--at-knee needs a --ladder, which finds the knee");
    }
  }
  if (plan->WantsLadder() && plan->rate.has_value()) {
    return absl::InvalidArgumentError("--rate and --ladder exclude each other: a ladder has rates");
  }
  return absl::OkStatus();
}

absl::Status ReadTimes(const LoadFlags& flags, LoadPlan* plan) {
  FLEETCA_ASSIGN_OR_RETURN(plan->duration,
                           Length("--duration", flags.duration, absl::Milliseconds(100)));
  FLEETCA_ASSIGN_OR_RETURN(plan->warm_up, Length("--warm-up", flags.warm_up, absl::ZeroDuration()));
  FLEETCA_ASSIGN_OR_RETURN(plan->timeout,
                           Length("--timeout", flags.timeout, absl::Milliseconds(10)));
  FLEETCA_ASSIGN_OR_RETURN(plan->knee_p99,
                           Length("--knee-p99", flags.knee_p99, absl::Microseconds(100)));
  return absl::OkStatus();
}

absl::Status CheckIsOurs(absl::string_view flag, absl::string_view address,
                         const LoadFlags& flags) {
  return IsLoopback(address) || flags.own_server
             ? absl::OkStatus()
             : absl::InvalidArgumentError(absl::StrCat(
                   flag, " ", address,
                   " is not this machine's loopback address. This is a load generator: where the "
                   "server is yours to load, say so with --i-own-this-server"));
}

// What only some shapes need, and need for certain.
absl::Status CheckShape(const LoadPlan& plan) {
  if (plan.shape == Shape::kRenew && plan.pool_size < plan.agents) {
    return absl::InvalidArgumentError(
        "--pool-size is less than --agents: each agent needs a key of its own");
  }
  if (plan.same_key && plan.shape != Shape::kRenew) {
    return absl::InvalidArgumentError("--same-key is of shape renew alone");
  }
  if (plan.shape == Shape::kRevoke &&
      (plan.max_requests == 0 || plan.warm_up != absl::ZeroDuration())) {
    return absl::InvalidArgumentError(
        "revoke needs --max-requests and --warm-up 0s: the certificates that it revokes are issued "
        "before, --batch for each call");
  }
  if (plan.shape == Shape::kRevoke && plan.batch > kMostRevokedInACall) {
    return absl::InvalidArgumentError(
        absl::StrCat("--batch: a call revokes at most ", kMostRevokedInACall, " certificates"));
  }
  if (plan.shape == Shape::kOcsp && plan.http_server.empty()) {
    return absl::InvalidArgumentError(
        "ocsp needs --http HOST:PORT, the address in http { ... } of the server's configuration");
  }
  if ((plan.post || plan.nonce || !plan.http_server.empty()) && plan.shape != Shape::kOcsp) {
    return absl::InvalidArgumentError("--http, --post and --nonce are of shape ocsp alone");
  }
  return absl::OkStatus();
}

// The files that `fleetca ca init` makes, where none is named.
absl::Status ReadConnection(const LoadFlags& flags, LoadPlan* plan) {
  const client::ConnectionFlags& connection = flags.connection;
  const absl::StatusOr<std::string> server = client::ServerOf(connection);
  if (!server.ok()) {
    return server.status();
  }
  FLEETCA_RETURN_IF_ERROR(CheckIsOurs("--server", *server, flags));
  if (!plan->http_server.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckIsOurs("--http", plan->http_server, flags));
  }
  if (const std::string missing = client::MissingConnectionFlag(connection); !missing.empty()) {
    return absl::InvalidArgumentError(missing);
  }
  plan->server = *server;
  plan->server_name = connection.server_name;
  plan->files = client::FilesOf(connection);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadPlan> MakePlan(const LoadFlags& flags) {
  LoadPlan plan = flags.plan;
  const std::optional<Shape> shape = ParseShape(flags.shape);
  const std::optional<KeyType> key = ParseKeyType(flags.key_type);
  if (!shape.has_value() || !key.has_value()) {
    return Mistake("SHAPE or --key-type", absl::StrCat(flags.shape, " ", flags.key_type), "known");
  }
  plan.shape = *shape;
  plan.key = *key;
  FLEETCA_RETURN_IF_ERROR(ReadConnection(flags, &plan));
  FLEETCA_RETURN_IF_ERROR(ReadTimes(flags, &plan));
  FLEETCA_RETURN_IF_ERROR(ReadRates(flags, &plan));
  plan.request_ids = !flags.no_request_id;
  plan.pool_size = flags.pool_size != 0            ? flags.pool_size
                   : plan.key == KeyType::kRsa2048 ? kRsaPoolSize
                                                   : kPoolSize;
  if (plan.bad_share + plan.lookup_share > 1) {
    return absl::InvalidArgumentError("--bad-share and --lookup-share are more than 1 together");
  }
  FLEETCA_RETURN_IF_ERROR(CheckShape(plan));
  return plan;
}

bool IsLoopback(absl::string_view address) {
  const absl::string_view host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]") {
    return true;
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  if (parts.size() != 4 || parts[0] != "127") {
    return false;
  }
  for (const absl::string_view part : parts) {
    int octet = -1;
    if (part.size() > 3 || !absl::SimpleAtoi(part, &octet) || octet < 0 || octet > 255) {
      return false;
    }
  }
  return true;
}

}  // namespace fleetca::loadgen
