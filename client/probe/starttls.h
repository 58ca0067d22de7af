// What is said in a protocol's own words before TLS begins.
#ifndef FLEETCA_CLIENT_PROBE_STARTTLS_H_
#define FLEETCA_CLIENT_PROBE_STARTTLS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/probe/tcp_connection.h"

namespace fleetca::client {

enum class StartTls {
  kNone,
  kSmtp,      // RFC 3207
  kImap,      // RFC 9051 section 6.2.1
  kPop3,      // RFC 2595 section 4
  kPostgres,  // SSLRequest
  kLdap,      // RFC 4511 section 4.14
};

// "smtp", "imap", "pop3", "postgres", "ldap"; nullopt for another word.
[[nodiscard]] std::optional<StartTls> ParseStartTls(absl::string_view name);
std::vector<std::string> StartTlsNames();

// Has the server speak TLS from its next octet on; nothing for kNone. UNAVAILABLE: the errors of
// `connection`; kAnswerInvalid where the server does not offer TLS, or speaks another protocol,
// with what it said.
absl::Status Begin(StartTls protocol, TcpConnection& connection);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_STARTTLS_H_
