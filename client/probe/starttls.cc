#include "client/probe/starttls.h"

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

// RFC 5321 section 4.5.3.1.5 has 512.
constexpr size_t kMaxLine = 1024;
constexpr int kMaxLines = 100;
constexpr size_t kMaxQuoted = 60;
constexpr size_t kMaxLdapMessage = 4096;

constexpr std::array<std::pair<absl::string_view, StartTls>, 5> kNames = {
    {{"smtp", StartTls::kSmtp},
     {"imap", StartTls::kImap},
     {"pop3", StartTls::kPop3},
     {"postgres", StartTls::kPostgres},
     {"ldap", StartTls::kLdap}}};

absl::Status Unexpected(const TcpConnection& connection, absl::string_view protocol,
                        absl::string_view what) {
  return Unavailable(
      Reason::kAnswerInvalid,
      absl::StrCat(connection.name(), " is not a server of ", protocol, " that offers TLS: ",
                   what.empty() ? "it ended the connection"
                                : absl::StrCat("it said \"",
                                               absl::CHexEscape(what.substr(0, kMaxQuoted)), "\""),
                   "; check the port and the protocol"));
}

// Exactly `size` octets; fewer when the server has ended the connection. What comes behind them is
// TLS's already.
absl::StatusOr<std::string> ReadOctets(TcpConnection& connection, size_t size) {
  std::string octets;
  while (octets.size() < size) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string more, connection.Receive(size - octets.size()));
    if (more.empty()) {
      break;
    }
    octets += more;
  }
  return octets;
}

// A line without its end; cut off where it is longer than kMaxLine, or the connection ends.
absl::StatusOr<std::string> ReadLine(TcpConnection& connection) {
  std::string line;
  while (line.size() < kMaxLine) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string octet, ReadOctets(connection, 1));
    if (octet.empty() || octet == "\n") {
      break;
    }
    line += octet;
  }
  if (absl::EndsWith(line, "\r")) {
    line.pop_back();
  }
  return line;
}

// A reply of SMTP, whose lines all begin with `code` ("220-", and "220 " at the last).
absl::Status ExpectReply(TcpConnection& connection, absl::string_view code) {
  for (int i = 0; i < kMaxLines; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string line, ReadLine(connection));
    if (!absl::StartsWith(line, code)) {
      return Unexpected(connection, "SMTP", line);
    }
    if (line.size() == code.size() || line[code.size()] != '-') {
      return absl::OkStatus();
    }
  }
  return Unexpected(connection, "SMTP", "more lines than any reply has");
}

absl::Status BeginSmtp(TcpConnection& connection) {
  FLEETCA_RETURN_IF_ERROR(ExpectReply(connection, "220"));
  FLEETCA_RETURN_IF_ERROR(connection.Send("EHLO fleetca.invalid\r\n"));
  FLEETCA_RETURN_IF_ERROR(ExpectReply(connection, "250"));
  FLEETCA_RETURN_IF_ERROR(connection.Send("STARTTLS\r\n"));
  return ExpectReply(connection, "220");
}

absl::Status BeginImap(TcpConnection& connection) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string greeting, ReadLine(connection));
  if (!absl::StartsWith(greeting, "* OK")) {
    return Unexpected(connection, "IMAP", greeting);
  }
  FLEETCA_RETURN_IF_ERROR(connection.Send("a STARTTLS\r\n"));
  std::string line = "*";
  for (int i = 0; i < kMaxLines && absl::StartsWith(line, "*"); ++i) {
    FLEETCA_ASSIGN_OR_RETURN(line, ReadLine(connection));
  }
  return absl::StartsWithIgnoreCase(line, "a OK") ? absl::OkStatus()
                                                  : Unexpected(connection, "IMAP", line);
}

absl::Status BeginPop3(TcpConnection& connection) {
  for (const absl::string_view command : {"", "STLS\r\n"}) {
    FLEETCA_RETURN_IF_ERROR(connection.Send(command));
    FLEETCA_ASSIGN_OR_RETURN(const std::string line, ReadLine(connection));
    if (!absl::StartsWith(line, "+OK")) {
      return Unexpected(connection, "POP3", line);
    }
  }
  return absl::OkStatus();
}

// The length, and the number 80877103 that no version of the protocol has. One octet answers.
absl::Status BeginPostgres(TcpConnection& connection) {
  FLEETCA_RETURN_IF_ERROR(
      connection.Send(absl::string_view("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8)));
  FLEETCA_ASSIGN_OR_RETURN(const std::string answer, ReadOctets(connection, 1));
  if (answer == "N") {
    return Unavailable(Reason::kAnswerInvalid,
                       absl::StrCat(connection.name(),
                                    " is PostgreSQL without TLS; set ssl = on in its "
                                    "postgresql.conf"));
  }
  return answer == "S" ? absl::OkStatus() : Unexpected(connection, "PostgreSQL", answer);
}

// The contents of the next element of BER, a SEQUENCE of a definite length.
absl::StatusOr<std::string> ReadBerElement(TcpConnection& connection) {
  FLEETCA_ASSIGN_OR_RETURN(std::string element, ReadOctets(connection, 2));
  if (element.size() < 2 || element[0] != '\x30') {
    return Unexpected(connection, "LDAP", element);
  }
  size_t length = static_cast<unsigned char>(element[1]);
  // LDAP forbids the indefinite form (RFC 4511 section 5.1).
  if (length == 0x80) {
    return Unexpected(connection, "LDAP", element);
  }
  if (length > 0x80) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string octets, ReadOctets(connection, length - 0x80));
    length = 0;
    for (const char octet : octets) {
      length = length > kMaxLdapMessage ? length : length << 8 | static_cast<unsigned char>(octet);
    }
  }
  if (length > kMaxLdapMessage) {
    return Unexpected(connection, "LDAP", "a message that is too long");
  }
  return ReadOctets(connection, length);
}

// LDAPMessage { messageID 1, extendedReq [APPLICATION 23] { requestName [0] } }, answered by
// [APPLICATION 24] with a resultCode, of which 0 is success.
absl::Status BeginLdap(TcpConnection& connection) {
  constexpr absl::string_view kRequest("\x30\x1d\x02\x01\x01\x77\x18\x80\x16", 9);
  FLEETCA_RETURN_IF_ERROR(connection.Send(absl::StrCat(kRequest, "1.3.6.1.4.1.1466.20037")));
  FLEETCA_ASSIGN_OR_RETURN(const std::string message, ReadBerElement(connection));
  constexpr absl::string_view kMessageId("\x02\x01\x01\x78", 4);
  constexpr absl::string_view kSuccess("\x0a\x01\x00", 3);
  constexpr absl::string_view kResultCode("\x0a\x01", 2);
  if (!absl::StartsWith(message, kMessageId)) {
    return Unexpected(connection, "LDAP", message);
  }
  const absl::string_view answer = absl::string_view(message).substr(kMessageId.size());
  const size_t code = answer.find(kResultCode);
  if (code == answer.npos || !absl::StartsWith(answer.substr(code), kSuccess)) {
    return Unavailable(
        Reason::kAnswerInvalid,
        absl::StrCat(connection.name(),
                     " is LDAP and refuses to begin TLS; has it a certificate and a key?"));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<StartTls> ParseStartTls(absl::string_view name) {
  for (const auto& [known, protocol] : kNames) {
    if (name == known) {
      return protocol;
    }
  }
  return std::nullopt;
}

std::vector<std::string> StartTlsNames() {
  std::vector<std::string> names;
  for (const auto& [name, protocol] : kNames) {
    names.emplace_back(name);
  }
  return names;
}

absl::Status Begin(StartTls protocol, TcpConnection& connection) {
  switch (protocol) {
    case StartTls::kNone:
      return absl::OkStatus();
    case StartTls::kSmtp:
      return BeginSmtp(connection);
    case StartTls::kImap:
      return BeginImap(connection);
    case StartTls::kPop3:
      return BeginPop3(connection);
    case StartTls::kPostgres:
      return BeginPostgres(connection);
    case StartTls::kLdap:
      return BeginLdap(connection);
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
