#include "client/cli/bootstrap_flags.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/bearer_token.h"
#include "client/cli/terminal/output.h"
#include "client/fingerprint.h"
#include "client/first_contact.h"
#include "client/server_credentials.h"
#include "client/tls_identity.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

std::string CheckFingerprintFlag(const std::string& text) {
  return std::string(ParseFingerprint(text).status().message());
}

absl::StatusOr<std::string> ServerIdentityOf(const ConnectionFlags& connection,
                                             absl::string_view identity,
                                             const std::vector<std::string>& roots_der) {
  if (!connection.server_identity.empty()) {
    return connection.server_identity;
  }
  if (!identity.empty()) {
    return x509::ServerIdentity(x509::SpiffeTrustDomain(identity));
  }
  const std::optional<std::string> trust_domain = TrustDomainOfRoots(roots_der);
  if (!trust_domain.has_value()) {
    return InvalidArgument(
        Reason::kServerIdentity, "server_identity",
        "the CA's root does not name its trust domain, so it is not known which server may see the "
        "token; give --identity, the SPIFFE ID that the token is for, or --server-identity, such "
        "as spiffe://fleet.example/svc/fleetca");
  }
  return x509::ServerIdentity(*trust_domain);
}

}  // namespace

CLI::Option* AddCaSha256Flag(CLI::App& command, CLI::App& group, std::string* value) {
  return group
      .add_option("--ca-sha256", *value,
                  "The SHA-256 of the CA's root, as 'fleetca bundle fingerprint' prints it: for a "
                  "host that has no roots yet")
      ->type_name("HEX")
      ->check(CheckFingerprintFlag, "")
      ->excludes(command.get_option("--ca"))
      ->excludes(command.get_option("--dir"))
      ->excludes(command.get_option("--cert"))
      ->excludes(command.get_option("--key"));
}

void AddBootstrapFlags(CLI::App& command, BootstrapFlags* flags) {
  CLI::App* group =
      command.add_option_group("Bootstrap", "For a host that has a token and no certificate yet");
  CLI::Option* bootstrap =
      group
          ->add_option("--bootstrap", flags->address,
                       "The CA's bootstrap port; needs --token-file, and --ca or --ca-sha256")
          ->type_name("HOST:PORT")
          ->check(CheckAddressFlag, "")
          ->excludes(command.get_option("--server"))
          ->excludes(command.get_option("--dir"))
          ->excludes(command.get_option("--cert"))
          ->excludes(command.get_option("--key"));
  group
      ->add_option("--token-file", flags->token_file,
                   "Holds a join token or a JWT, closed to others; - is standard input")
      ->type_name("FILE")
      ->needs(bootstrap);
  CLI::Option* ca_sha256 = AddCaSha256Flag(command, *group, &flags->ca_sha256)->needs(bootstrap);
  group->add_option("--bundle-out", flags->bundle_out, "Keep the root that --ca-sha256 found here")
      ->type_name("FILE")
      ->needs(ca_sha256);
}

std::string BootstrapMistake(const BootstrapFlags& flags, const ConnectionFlags& connection) {
  if (flags.token_file.empty()) {
    return "--bootstrap needs --token-file, which holds a join token or a JWT";
  }
  if (flags.ca_sha256.empty() && connection.ca.empty()) {
    return "--bootstrap needs --ca, a file of the CA's roots, or --ca-sha256, the SHA-256 of its "
           "root, to know the CA by";
  }
  return "";
}

absl::StatusOr<std::string> PinRoot(const std::string& address, const std::string& ca_sha256,
                                    const ConnectionFlags& connection) {
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  FirstContactOptions options;
  static_cast<CallOptions&>(options) = CallOptionsOf(connection);
  options.address = address;
  FLEETCA_ASSIGN_OR_RETURN(options.ca_sha256, ParseFingerprint(ca_sha256));
  return FetchPinnedRoot(options);
}

absl::StatusOr<std::unique_ptr<BootstrapClient>> ConnectBootstrap(const BootstrapFlags& flags,
                                                                  const ConnectionFlags& connection,
                                                                  absl::string_view identity) {
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  FLEETCA_ASSIGN_OR_RETURN(SecretBytes token, ReadBearerToken(flags.token_file));
  BootstrapOptions options;
  static_cast<CallOptions&>(options) = CallOptionsOf(connection);
  options.address = flags.address;
  options.server_name = connection.server_name;
  options.ca_file = connection.ca;
  if (flags.ca_sha256.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.roots_der, LoadRoots(connection.ca));
  } else {
    FLEETCA_ASSIGN_OR_RETURN(const std::string root,
                             PinRoot(flags.address, flags.ca_sha256, connection));
    options.roots_der = {root};
  }
  FLEETCA_ASSIGN_OR_RETURN(options.server_identity,
                           ServerIdentityOf(connection, identity, options.roots_der));
  if (!flags.bundle_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(WriteData(flags.bundle_out, CertificatesToPem(options.roots_der)));
  }
  return BootstrapClient::Create(std::move(options), std::move(token));
}

}  // namespace fleetca::client
