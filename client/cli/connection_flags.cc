#include "client/cli/connection_flags.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/thread_check.h"
#include "base/time_text.h"
#include "client/cli/identity_flag.h"
#include "client/cli/server_wait.h"
#include "client/cli/terminal/address_flag.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/reread_file.h"
#include "grpc/support/log.h"
#include "x509/certificate.h"
#include "x509/expiry_warning.h"
#include "x509/first_certificate.h"

namespace fleetca::client {
namespace {

// A person waits: what does not pass by itself should be reported in a second or so.
constexpr int kMaxAttempts = 4;
// A server that was waited for is found so soon after it listens.
constexpr absl::Duration kMaxDelay = absl::Milliseconds(500);

// What gRPC starts for one channel, with room.
constexpr int kGrpcThreads = 10;

// On standard error, from when on the end of the client's certificate is warned of: it is renewed
// with itself, so only in time. What is wrong with it otherwise, connecting says.
void WarnOfItsEnd(const std::string& certificate_file, absl::Time now) {
  const absl::StatusOr<x509::HeldCertificate> held = RereadFirstCertificate(certificate_file);
  if (!held.ok()) {
    return;
  }
  const x509::Certificate& own = held->parsed;
  if (now >= own.not_after || now < x509::WarnFrom(own.not_before, own.not_after)) {
    return;
  }
  SayNote(absl::StrCat(
      "warning: your certificate ", certificate_file, " ends at ", TimeToWords(own.not_after),
      "; renew it with itself before: fleetca cert renew (docs/own-certificates.md)"));
}

}  // namespace

absl::Status PrepareGrpc() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) {
    gpr_set_log_verbosity(static_cast<gpr_log_severity>(GPR_LOG_SEVERITY_ERROR + 1));
  }
  return CheckThreadsCanStart(kGrpcThreads);
}

TlsFiles FilesOf(const ConnectionFlags& flags) {
  const absl::StatusOr<ConnectionSettings> settings = ResolveSettings(flags);
  return FilesIn(settings.ok() ? *settings : flags);
}

CLI::App* AddServerFlags(CLI::App& command, ConnectionFlags* flags) {
  CLI::App* group = command.add_option_group("Connection",
                                             "A flag goes before FLEETCA_SERVER and FLEETCA_DIR, "
                                             "these before the context in use ('fleetca "
                                             "context'), and that before the default");
  group
      ->add_option("--server", flags->server,
                   "The CA's address; default: FLEETCA_SERVER, listener.address in the --dir's "
                   "fleetca.textproto, or 127.0.0.1:8443")
      ->type_name("HOST:PORT")
      ->check(CheckAddressFlag, "");
  group
      ->add_option("--dir", flags->dir,
                   "A folder made by 'fleetca ca init': stands for --ca, --cert, --key and "
                   "--server; default: FLEETCA_DIR")
      ->type_name("DIR");
  group->add_option("--ca", flags->ca, "The roots the CA's server certificate chains to (PEM)")
      ->type_name("FILE");
  group->add_option("--cert", flags->certificate, "Your client certificate (PEM)")
      ->type_name("FILE");
  group->add_option("--key", flags->key, "Its private key (PEM), closed to others")
      ->type_name("FILE");
  group
      ->add_option("--server-name", flags->server_name,
                   "The name in the server's certificate, where it is not the host of --server")
      ->type_name("NAME");
  group
      ->add_option("--server-identity", flags->server_identity,
                   "The SPIFFE ID in the server's certificate; default: spiffe://TRUST-DOMAIN/"
                   "svc/fleetca, in the trust domain of your own certificate")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  return group;
}

void AddConnectionFlags(CLI::App& command, ConnectionFlags* flags) {
  AddServerFlags(command, flags)
      ->add_option("--timeout", flags->timeout,
                   "How long to try, retries included, and to wait for a server that is starting")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "")
      ->capture_default_str();
}

std::string MissingConnectionFlag(const ConnectionFlags& flags) {
  // What cannot be read is no matter of flags; ClientOptionsOf says it.
  const absl::StatusOr<ConnectionSettings> settings = ResolveSettings(flags);
  if (!settings.ok()) {
    return "";
  }
  constexpr absl::string_view kOrDir =
      " is required (or --dir, the folder of 'fleetca ca init', or FLEETCA_DIR or a context that "
      "names one)";
  const std::pair<const char*, const std::string&> needed[] = {
      {"--ca", settings->ca}, {"--cert", settings->certificate}, {"--key", settings->key}};
  for (const auto& [flag, value] : needed) {
    if (value.empty()) {
      return absl::StrCat(flag, kOrDir);
    }
  }
  return StandardInputMistake(
      {{"--ca", flags.ca}, {"--cert", flags.certificate}, {"--key", flags.key}});
}

CallOptions CallOptionsOf(const ConnectionFlags& flags) {
  CallOptions options;
  options.deadline = ParseDurationFlag(flags.timeout).value_or(options.deadline);
  options.backoff.max_attempts = kMaxAttempts;
  options.backoff.max_delay = kMaxDelay;
  options.backoff.wait_through = ServerWait(flags.timeout);
  options.before_attempt = flags.before_attempt;
  options.after_failure = flags.after_failure;
  return options;
}

absl::StatusOr<std::string> ServerOf(const ConnectionFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ConnectionSettings settings, ResolveSettings(flags));
  return settings.server;
}

absl::StatusOr<CaClientOptions> ClientOptionsOf(const ConnectionFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ConnectionSettings settings, ResolveSettings(flags));
  CaClientOptions options;
  static_cast<CallOptions&>(options) = CallOptionsOf(flags);
  options.backoff.wait_through = ServerWait(flags.timeout, WhyUsualServer(flags));
  options.address = settings.server;
  options.files = FilesIn(settings);
  options.server_name = settings.server_name;
  options.renew_by_proof = flags.renew_by_proof;
  WarnOfItsEnd(options.files.certificate_file, Clock::System().Now());
  return options;
}

absl::StatusOr<std::unique_ptr<CaClient>> Connect(const ConnectionFlags& flags) {
  return ConnectTo<CaClient>(flags);
}

}  // namespace fleetca::client
