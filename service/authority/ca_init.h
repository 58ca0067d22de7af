// A whole CA in a new folder: keys, certificates and a configuration that fits them.
#ifndef FLEETCA_SERVICE_AUTHORITY_CA_INIT_H_
#define FLEETCA_SERVICE_AUTHORITY_CA_INIT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/crypto_types.h"

namespace fleetca::service {

// How long the two TLS certificates live; less where the issuing CA lives less. The server renews
// its own, through the profile "ca-server" of the policy, and the administrator's renews itself
// through the profile "operator"; both profiles have these lifetimes.
inline constexpr absl::Duration kServerCertificateLifetime = absl::Hours(24 * 90);
inline constexpr absl::Duration kAdminCertificateLifetime = absl::Hours(24 * 30);

struct CaInitOptions {
  // Made by InitCa: it must not exist, or be empty. Its parent must exist.
  std::string folder;
  std::string trust_domain;
  // Of the root and the issuing CA. The TLS keys are P-256.
  KeyType key_type = KeyType::kP256;
  // Further names of the server's certificate, which always has localhost, 127.0.0.1 and ::1.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  absl::Duration root_lifetime = absl::Hours(24 * 3650);
  absl::Duration issuing_lifetime = absl::Hours(24 * 1095);
  // listener.address of the configuration.
  std::string listen = "127.0.0.1:8443";
  // bootstrap.address; empty: no bootstrap port.
  std::string bootstrap;
  // http.address and http.base_url; both or neither. With them the issuing CA's certificate names
  // the root's CRL, which the server hands out there, so the URL is for as long as that
  // certificate.
  std::string http;
  std::string base_url;
  // How many CAs the issuing CA may have below it.
  int path_length = 0;
};

// One certificate that was made.
struct MadeCertificate {
  std::string role;     // "root", "issuing", "server", "admin"
  std::string subject;  // as text, or the SPIFFE ID
  std::string serial;   // hex
  absl::Time not_after;
  std::string file;
  std::string key_file;
  std::string passphrase_file;  // empty when the key is not encrypted
};

struct CaInitSummary {
  std::string folder;
  std::string config_file;
  std::string policy_file;
  std::string trust_bundle_file;
  std::string root_crl_file;
  absl::Time root_crl_next_update;
  std::string admin_spiffe_id;
  std::vector<MadeCertificate> certificates;  // root first
};

// Whether InitCa would take the options as they are; INVALID_ARGUMENT kConfigInvalid, kSanInvalid,
// kLifetimeInvalid. Touches no file.
absl::Status CheckCaInitOptions(const CaInitOptions& options);

// Makes the folder, with mode 0700, all or nothing:
//   fleetca.textproto      the configuration
//   policy.textproto       the policy: who gets which certificate
//   trust-bundle.pem       the root's certificate
//   root-ca.{crt,key,passphrase}, issuing-ca.{crt,key,passphrase}
//   root-ca.crl            the root's CRL, which lists nothing yet; for kRootCrlLifetime
//   server.{crt,key}, admin.{crt,key}     TLS certificates with the issuing CA's behind them
// Keys and passphrases have mode 0600. FAILED_PRECONDITION kFileInvalid when the folder is there
// and not empty: nothing is ever overwritten.
absl::StatusOr<CaInitSummary> InitCa(const CaInitOptions& options, const Clock& clock);

// The 4 or 16 octets of an IP address; INVALID_ARGUMENT kSanInvalid when the text is none.
absl::StatusOr<std::string> AddressOctets(const std::string& text);

// The names of the server's certificate beside its SPIFFE ID, each once; addresses as text.
std::vector<std::string> ServerDnsNames(const CaInitOptions& options);
std::vector<std::string> ServerAddresses(const CaInitOptions& options);

// The contents of fleetca.textproto and of policy.textproto.
std::string InitialConfig(const CaInitOptions& options);
std::string InitialPolicy(const CaInitOptions& options);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_CA_INIT_H_
