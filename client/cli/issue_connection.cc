#include "client/cli/issue_connection.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/bootstrap_client.h"
#include "client/ca_client.h"
#include "client/cli/bootstrap_flags.h"
#include "client/cli/connection_flags.h"
#include "client/cli/kept_request.h"
#include "client/cli/server_wait.h"
#include "client/cli/terminal/output.h"
#include "client/fingerprint.h"
#include "client/reread_file.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

// The SPIFFE ID that the flags ask for; empty where a CSR or a token says it.
std::string AskedIdentity(const IssueFlags& flags) {
  if (!flags.identity.empty()) {
    return flags.identity;
  }
  for (const std::string& text : flags.names) {
    const absl::StatusOr<x509::RequestedName> name = x509::ParseRequestedName(text);
    if (name.ok() && name->type == x509::NameType::kUri) {
      return name->value;
    }
  }
  return "";
}

// Turns to the bootstrap port, and to a proof, where a renewal needs them.
void ChoosePort(const IssueFlags& flags, ConnectionFlags* connection) {
  connection->renew_by_proof = flags.renew_by_proof;
  if (flags.renew_bootstrap.empty()) {
    return;
  }
  const std::string der = AskingCertificate(flags);
  const absl::StatusOr<x509::Certificate> asking = x509::ParseCertificate(der);
  const bool has_ended = asking.ok() && Clock::System().Now() > asking->not_after;
  if (!flags.renew_by_proof && !has_ended) {
    return;
  }
  if (has_ended) {
    Say(absl::StrCat("the certificate ended at ", TimeToWords(asking->not_after),
                     ": asking for its renewal by a proof of its key, at the bootstrap port ",
                     flags.renew_bootstrap));
  }
  connection->renew_by_proof = true;
  connection->server = flags.renew_bootstrap;
}

absl::StatusOr<ConnectionFlags> WatchedConnection(const IssueFlags& flags) {
  ConnectionFlags connection = flags.connection;
  ChoosePort(flags, &connection);
  std::string address = flags.bootstrap.address;
  if (address.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(address, ServerOf(connection));
  }
  connection.before_attempt = [address](grpc::Channel& channel, absl::Duration remaining) {
    AwaitConnection(channel, remaining, address);
    KeptRequest::BeforeAttempt();
  };
  connection.after_failure = KeptRequest::AfterFailure;
  return connection;
}

}  // namespace

absl::StatusOr<std::string> AskedServer(const IssueFlags& flags) {
  const BootstrapFlags& bootstrap = flags.bootstrap;
  if (bootstrap.address.empty()) {
    return ServerOf(flags.connection);
  }
  if (bootstrap.ca_sha256.empty()) {
    return absl::StrCat(bootstrap.address, " (roots in ", flags.connection.ca, ")");
  }
  // A fingerprint has several spellings.
  FLEETCA_ASSIGN_OR_RETURN(const std::string digest, ParseFingerprint(bootstrap.ca_sha256));
  return absl::StrCat(bootstrap.address, " (root with the SHA-256 ", absl::BytesToHexString(digest),
                      ")");
}

absl::StatusOr<IssueFunction> ConnectToIssue(const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ConnectionFlags connection, WatchedConnection(flags));
  if (flags.bootstrap.address.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<CaClient> client, Connect(connection));
    return [client](const IssueOptions& request) {
      return request.renewal ? client->Renew({.csr_der = request.csr_der,
                                              .profile = request.profile,
                                              .lifetime = request.lifetime,
                                              .request_id = request.request_id,
                                              .validate_only = request.validate_only})
                             : client->Issue(request);
    };
  }
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<BootstrapClient> client,
                           ConnectBootstrap(flags.bootstrap, connection, AskedIdentity(flags)));
  return [client](const IssueOptions& request) { return client->Issue(request); };
}

std::string AskingCertificate(const IssueFlags& flags) {
  if (!flags.bootstrap.address.empty()) {
    return "";
  }
  const absl::StatusOr<x509::HeldCertificate> asking =
      RereadFirstCertificate(FilesOf(flags.connection).certificate_file);
  return asking.ok() ? *asking->der : "";
}

}  // namespace fleetca::client
