#include "client/cli/authz_serve_command.h"

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/grpc/library_log.h"
#include "base/log.h"
#include "base/ready_file.h"
#include "base/signals.h"
#include "base/status_macros.h"
#include "client/authz/serve/authz_server.h"
#include "client/authz/serve/http_server.h"
#include "client/authz/serve/listen_address.h"
#include "client/cli/authz_flags.h"
#include "client/cli/connection_flags.h"
#include "client/cli/feed_flags.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Answers a proxy that asks whether a request may pass: Envoy's ext_authz at --grpc, nginx's
auth_request at --http (/authorize; examples/nginx has a configuration). Who sends the request is
read from the client certificate that the proxy passes on, from nothing else, and judged here:
chain, time, roles, audience.

That the sender has the certificate's key is the proxy's word: whoever reaches these addresses can
claim to be anybody. So they must be loopback addresses or unix sockets (open to this user's
group), unless --allow-remote says that something else keeps others away.

With --follow-revocations a revoked certificate is refused from within a second after it was
revoked, on connections that are open too. The daemon shows the CA a certificate of its own, which
any identity of the fleet may be, and reads it anew when the CA has ended its connection. Until it
has read what is revoked, and once that is older than --revocations-max-age, it answers 503, or
lets callers pass and says so in the log. GET /readyz at --http says how that stands.

SIGHUP reads roots, intermediates and routes again; when one of them is bad the old ones stay.
SIGTERM or SIGINT answers what was accepted, then exits 0; a second one ends at once. Logs go to
standard error.

Examples:
  fleetca authz serve --roots ca.pem --trust-domain fleet.example --audience svc/orders \
    --intermediates issuing-ca.pem --routes http_roles.textproto \
    --http "unix:$PWD/authz.sock" &
  fleetca authz serve --roots ca.pem --trust-domain fleet.example --routes http_roles.textproto \
    --grpc 127.0.0.1:9101 --http 127.0.0.1:9102 &
  fleetca authz serve --roots ca.pem --trust-domain fleet.example --routes http_roles.textproto \
    --http 127.0.0.1:9103 --follow-revocations --server ca.fleet.example:8443 \
    --ca ca.pem --cert reader.pem --key reader.key &
)help";

// How long the announcement waits for what is revoked, so that whoever waits for that meets no 503.
constexpr absl::Duration kLoadPatience = absl::Seconds(5);
// Sockets are for this user and its group, as which a proxy may run.
constexpr mode_t kSocketMask = 0007;

struct ServeFlags {
  AuthzFlags authz;
  FeedFlags feed;
  std::string grpc;
  std::string http;
  std::string certificate_header = std::string(kDefaultCertificateHeader);
  std::vector<std::string> passed_attributes;
  bool allow_remote = false;
  std::string ready_file;
  // Of the error with which it ends, which is the whole process's: there is no data.
  std::string form = "text";
};

absl::StatusOr<AuthzServerOptions> OptionsOf(const ServeFlags& flags) {
  AuthzServerOptions options;
  options.files = FilesOf(flags.authz);
  options.passed_attributes = flags.passed_attributes;
  if (!flags.grpc.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.grpc,
                             ParseListenAddress(flags.grpc, flags.allow_remote, "--grpc"));
  }
  if (!flags.http.empty()) {
    HttpServerOptions http;
    FLEETCA_ASSIGN_OR_RETURN(http.address,
                             ParseListenAddress(flags.http, flags.allow_remote, "--http"));
    http.certificate_header = flags.certificate_header;
    options.http = std::move(http);
  }
  return options;
}

// A line for each protocol: "http 127.0.0.1:9102".
std::string AddressesInLines(const AuthzServer& server) {
  std::string lines;
  if (const auto address = server.grpc_address(); address.has_value()) {
    absl::StrAppend(&lines, "grpc ", address->ToString(), "\n");
  }
  if (const auto address = server.http_address(); address.has_value()) {
    absl::StrAppend(&lines, "http ", address->ToString(), "\n");
  }
  return lines;
}

void AnnounceRevocations(const FollowedRevocations& followed) {
  if (followed.revocations == nullptr) {
    log::Warning(
        "Revoked certificates are not noticed: they count until they expire; see "
        "--follow-revocations");
  } else {
    // What becomes of it is logged by the feed.
    static_cast<void>(followed.revocations->AwaitLoaded(kLoadPatience));
  }
}

absl::Status Announce(const ServeFlags& flags, const AuthzServer& server) {
  const auto shown = [](const std::optional<ListenAddress>& address) {
    return address.has_value() ? address->ToString() : std::string("off");
  };
  log::Info("answering proxies",
            {{"grpc", shown(server.grpc_address())}, {"http", shown(server.http_address())}});
  return flags.ready_file.empty() ? absl::OkStatus()
                                  : WriteReadyLines(flags.ready_file, AddressesInLines(server));
}

void Reload(AuthzServer& server) {
  const absl::Status reloaded = server.Reload();
  if (reloaded.ok()) {
    log::Info("read roots, intermediates and routes again");
  } else {
    log::Error("the old roots, intermediates and routes stay in force",
               {{"why", reloaded.message()}});
  }
}

absl::Status Serve(const ServeFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(AuthzServerOptions options, OptionsOf(flags));
  if (!flags.ready_file.empty()) {
    FLEETCA_RETURN_IF_ERROR(RemoveReadyLines(flags.ready_file));
  }
  Signals signals;
  umask(kSocketMask);
  // Each connection of the proxy's is one; the usual soft limit is 1,024.
  FLEETCA_RETURN_IF_ERROR(RaiseDescriptorLimit().status());
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  RouteLibraryLog();
  FLEETCA_ASSIGN_OR_RETURN(const FollowedRevocations followed, StartFeed(flags.feed));
  options.files.revocations = followed.revocations;
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<AuthzServer> server,
                           AuthzServer::Start(std::move(options)));
  AnnounceRevocations(followed);
  FLEETCA_RETURN_IF_ERROR(Announce(flags, *server));
  const absl::string_view signal = signals.WaitForStop([&server] { Reload(*server); });
  log::Info("stopping", {{"signal", signal}});
  if (!flags.ready_file.empty()) {
    if (const absl::Status removed = RemoveReadyLines(flags.ready_file); !removed.ok()) {
      log::Warning("the ready file stays", {{"reason", removed.message()}});
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddAuthzServeCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("serve", "Answer Envoy or nginx whether requests may pass");
  auto flags = std::make_shared<ServeFlags>();
  AddAuthzFlags(*command, &flags->authz);
  AddFeedFlags(*command, &flags->feed);
  command->add_option("--grpc", flags->grpc, "Where to answer Envoy's ext_authz")
      ->type_name("ADDRESS");
  command->add_option("--http", flags->http, "Where to answer nginx's auth_request")
      ->type_name("ADDRESS");
  command
      ->add_option("--certificate-header", flags->certificate_header,
                   "The header that nginx sets to $ssl_client_escaped_cert")
      ->type_name("NAME")
      ->capture_default_str();
  command
      ->add_option("--pass-attribute", flags->passed_attributes,
                   "An attribute of the caller that the service behind the proxy gets, in "
                   "X-Fleet-Attribute-NAME; can be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_flag("--allow-remote", flags->allow_remote,
                    "Listen at addresses that other machines reach; see below");
  command
      ->add_option("--ready-file", flags->ready_file,
                   "Where to write the addresses once they answer, for scripts")
      ->type_name("FILE");
  AddTextOrJsonFlag(*command, &flags->form)
      ->description("The form of the error with which it ends: text or json");
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = flags->grpc.empty() && flags->http.empty()
                                    ? "--grpc or --http is required: where proxies ask"
                                    : FeedFlagMistake(flags->feed);
    *exit_code = mistake.empty() ? ReportStatus(Serve(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
