#include "client/agent/config/ca_config.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/config/field_values.h"
#include "client/fingerprint.h"
#include "client/tls_identity.h"
#include "google/protobuf/repeated_field.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

std::vector<std::string> ReadAddresses(
    absl::string_view field, const google::protobuf::RepeatedPtrField<std::string>& written,
    ConfigReader* reader) {
  std::vector<std::string> addresses;
  for (int i = 0; i < written.size(); ++i) {
    const std::string at = At(field, i);
    const std::string address = reader->Address(at, written[i]);
    if (absl::EndsWith(address, ":0")) {
      reader->Mistake(at, absl::StrCat("\"", address,
                                       "\" is not a port that a server can be asked at; write the "
                                       "server's"));
    }
    if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
      reader->Mistake(at, absl::StrCat("\"", address, "\" is there twice; remove one"));
    }
    addresses.push_back(address);
  }
  return addresses;
}

void ReadRoot(const pb::CertificateAuthority& written, ConfigReader* reader,
              AgentOptions* options) {
  if (written.root_file().empty() == written.root_sha256().empty()) {
    reader->Mistake(
        written.root_file().empty() ? "ca.root_sha256" : "ca.root_file",
        written.root_file().empty()
            ? "is missing, and ca.root_file too; write one of them, so that the host knows whom to "
              "trust"
            : "is there beside ca.root_sha256; keep one of them");
  }
  if (!written.root_file().empty()) {
    options->root_file = reader->Path("ca.root_file", written.root_file());
  }
  if (!written.root_sha256().empty()) {
    const absl::StatusOr<std::string> digest = ParseFingerprint(written.root_sha256());
    if (digest.ok()) {
      options->root_sha256 = *digest;
    } else {
      reader->Mistake("ca.root_sha256", absl::StrCat("is not the SHA-256 of a certificate: ",
                                                     digest.status().message()));
    }
  }
}

}  // namespace

void ReadCa(const pb::CertificateAuthority& written, ConfigReader* reader, AgentOptions* options) {
  options->trust_domain = reader->TrustDomain("ca.trust_domain", written.trust_domain());
  if (written.addresses().empty()) {
    reader->Mistake("ca.addresses", "is missing; write it, as in \"ca.fleet.example:8443\"");
  }
  options->addresses = ReadAddresses("ca.addresses", written.addresses(), reader);
  options->bootstrap_addresses =
      ReadAddresses("ca.bootstrap_addresses", written.bootstrap_addresses(), reader);
  options->server_name = written.server_name();
  if (!options->server_name.empty() && !AddressProblem(options->server_name + ":1").empty()) {
    reader->Mistake("ca.server_name",
                    "is not a DNS name or IP address; write it as it stands in "
                    "the servers' certificates");
  }
  options->server_identity = written.server_identity();
  if (options->server_identity.empty()) {
    options->server_identity = x509::ServerIdentity(options->trust_domain);
  } else if (const absl::Status named = CheckServerIdentity(options->server_identity);
             !named.ok()) {
    reader->Mistake("ca.server_identity", named.message());
  }
  ReadRoot(written, reader, options);
  if (written.has_bundle_refresh()) {
    options->bundle_refresh = ReadDuration("ca.bundle_refresh", written.bundle_refresh(),
                                           absl::Minutes(1), absl::Hours(24), reader);
  }
}

}  // namespace fleetca::client
