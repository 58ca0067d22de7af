#include "bench/loadgen/load_flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fleetca::loadgen {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  How much can it issue, with 64 calls in flight?
    loadgen unary --dir ca --server 127.0.0.1:8443
  The same with 100 in a message, and the report also as JSON:
    loadgen batch --batch 100 --dir ca --json batch.json
  Latency at 2,000 calls a second that come at random, as from a fleet:
    loadgen unary --rate 2000 --arrivals poisson --dir ca
  Where does it bend, and what is the latency at 70 % of that?
    loadgen unary --ladder auto --at-knee 0.7 --dir ca
  A TLS handshake for every certificate, with RSA keys made beforehand:
    loadgen bootstrap --key-type rsa2048 --pool rsa.pool --pool-size 1000 --dir ca
  Renewals of 64 agents with the keys that they have:
    loadgen renew --same-key --agents 64 --dir ca
  40,000 certificates, issued first, revoked 100 in a call:
    loadgen revoke --batch 100 --max-requests 400 --warm-up 0s --outstanding 1 --dir ca
  OCSP as clients ask, and with a nonce, which has each answer signed:
    loadgen ocsp --http 127.0.0.1:8080 --dir ca
    loadgen ocsp --http 127.0.0.1:8080 --post --nonce --dir ca

The report goes to standard output, progress and words to standard error. Exit status: 0 done, 1
failed (also when a sampled certificate is wrong), 2 the command line was not understood. The server
tells its CPU time to callers whose rule in its policy has "may_read_statistics: true".
Ctrl-C ends the measurement and reports what there is; a second one ends at once.
)help";

void AddServerFlags(CLI::App& app, LoadFlags* flags) {
  client::AddServerFlags(app, &flags->connection)
      ->add_flag("--i-own-this-server", flags->own_server, "Allow an address that is not loopback");
  app.add_option("--http", flags->plan.http_server, "The server's HTTP port, for shape ocsp")
      ->type_name("HOST:PORT");
}

void AddLoadShapeFlags(CLI::App& app, LoadFlags* flags) {
  LoadPlan& plan = flags->plan;
  CLI::App* group = app.add_option_group("Load");
  group->add_option("--connections", plan.connections, "TLS connections to spread the calls over")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  group
      ->add_option("--outstanding", plan.outstanding,
                   "Calls in flight (closed loop); for stream, on each connection")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  group->add_option("--batch", plan.batch, "Certificates in one call of shape batch or revoke")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  group->add_option("--rate", flags->rate, "Calls a second, whatever the server does (open loop)")
      ->type_name("R");
  group->add_option("--arrivals", flags->arrivals, "How they come: constant or poisson")
      ->check(CLI::IsMember({"constant", "poisson"}), "")
      ->capture_default_str();
  group
      ->add_option("--max-outstanding", plan.max_outstanding,
                   "Open loop: calls in flight beyond which a call is dropped and counted")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  group
      ->add_option("--ladder", flags->ladder,
                   "Climb rates to find the knee: auto, or START:FACTOR:STEPS")
      ->type_name("RATES");
  group->add_option("--knee-p99", flags->knee_p99, "The longest p99 below the knee")
      ->type_name("TIME")
      ->capture_default_str();
  group
      ->add_option("--at-knee", flags->at_knee,
                   "After the ladder, measure at this share of the knee, such as 0.7")
      ->type_name("SHARE");
  group->add_option("--agents", plan.agents, "Callers of shape renew, /svc/agent-0 and so on")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  group->add_flag("--same-key", plan.same_key,
                  "Shape renew: with the key of the certificate, on connections that stay open");
  group->add_flag("--post", plan.post, "Shape ocsp: ask by POST instead of GET");
  group->add_flag("--nonce", plan.nonce, "Shape ocsp: with a nonce, so that no answer is kept");
  group->add_option("--bad-share", plan.bad_share, "Share of bad CSRs in shape mixed")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  group->add_option("--lookup-share", plan.lookup_share, "Share of lookups in shape mixed")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

void AddBoundFlags(CLI::App& app, LoadFlags* flags) {
  CLI::App* group = app.add_option_group("Bounds");
  group->add_option("--duration", flags->duration, "How long to measure, at most 1h")
      ->type_name("TIME")
      ->capture_default_str();
  group->add_option("--warm-up", flags->warm_up, "The same load before, not measured")
      ->type_name("TIME")
      ->capture_default_str();
  group
      ->add_option("--max-requests", flags->plan.max_requests,
                   "Calls to measure; 0 for as many as the duration allows")
      ->capture_default_str();
  group->add_option("--timeout", flags->timeout, "The deadline of one call")
      ->type_name("TIME")
      ->capture_default_str();
}

void AddRequestFlags(CLI::App& app, LoadFlags* flags) {
  LoadPlan& plan = flags->plan;
  CLI::App* group = app.add_option_group("Requests");
  group->add_option("--profile", plan.profile, "The profile to issue by")->capture_default_str();
  group
      ->add_option("--trust-domain", plan.trust_domain,
                   "Of the names asked for, spiffe://DOMAIN/svc/load-0 and so on; default: the "
                   "server's")
      ->type_name("DOMAIN");
  group
      ->add_option("--key-type", flags->key_type,
                   "The keys to certify: p256, p384, rsa2048 or ed25519")
      ->check(CLI::IsMember({"p256", "p384", "rsa2048", "ed25519"}), "")
      ->capture_default_str();
  group
      ->add_option("--pool", plan.pool_file,
                   "Keep the keys and CSRs in this file (mode 0600), or take them from it")
      ->type_name("FILE");
  group
      ->add_option("--pool-size", flags->pool_size, "Distinct keys; default 4096, with rsa2048 256")
      ->check(CLI::Range(1, 1'000'000));
  group->add_flag("--no-request-id", flags->no_request_id,
                  "Leave out the id that makes a retry safe");
  group
      ->add_option("--sample", plan.sample,
                   "Certificates to verify and to look up after the measurement")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
}

}  // namespace

void AddLoadFlags(CLI::App& app, LoadFlags* flags) {
  app.add_option("shape", flags->shape,
                 "What a call is: unary, batch, stream, connect, bootstrap, renew, mixed, revoke "
                 "or ocsp")
      ->check(CLI::IsMember({"unary", "batch", "stream", "connect", "bootstrap", "renew", "mixed",
                             "revoke", "ocsp"}),
              "")
      ->type_name("SHAPE")
      ->required();
  AddServerFlags(app, flags);
  AddLoadShapeFlags(app, flags);
  AddBoundFlags(app, flags);
  AddRequestFlags(app, flags);
  app.add_option("-o,--output", flags->output, "The form of the report: text or json")
      ->check(CLI::IsMember({"text", "json"}), "")
      ->capture_default_str();
  app.add_option("--json", flags->json_file, "Also write the report as JSON to this file")
      ->type_name("FILE");
  app.footer(kExamples);
}

}  // namespace fleetca::loadgen
