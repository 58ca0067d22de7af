#include "client/probe/spoken_protocol.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxQuoted = 40;

struct Beginning {
  absl::string_view octets;
  absl::string_view sentence;
};

constexpr Beginning kBeginnings[] = {
    {"HTTP/", "it answered with HTTP; is there another port for HTTPS?"},
    {"<!DOCTYPE", "it answered with HTTP; is there another port for HTTPS?"},
    {"<html", "it answered with HTTP; is there another port for HTTPS?"},
    {"SSH-", "it answered with SSH, which has no certificates of this kind"},
    {"220", "it answered as SMTP or FTP does; for a mail server add --starttls smtp"},
    {"* OK", "it answered with IMAP; add --starttls imap"},
    {"+OK", "it answered with POP3; add --starttls pop3"},
};

bool IsText(absl::string_view octets) {
  return std::all_of(octets.begin(), octets.end(), [](unsigned char c) {
    return absl::ascii_isprint(c) || absl::ascii_isspace(c);
  });
}

}  // namespace

bool LooksLikeTls(absl::string_view first) {
  // ContentType alert or handshake, and the major version that all of TLS has.
  return !first.empty() && (first[0] == '\x15' || first[0] == '\x16') &&
         (first.size() < 2 || first[1] == '\x03');
}

std::string SpokenInstead(absl::string_view first) {
  for (const Beginning& beginning : kBeginnings) {
    if (absl::StartsWithIgnoreCase(first, beginning.octets)) {
      return std::string(beginning.sentence);
    }
  }
  const absl::string_view quoted = first.substr(0, kMaxQuoted);
  return absl::StrCat("it answered with \"", absl::CHexEscape(quoted), "\"",
                      IsText(quoted) ? "" : ", which is not TLS",
                      "; if this is PostgreSQL, LDAP or mail, add --starttls");
}

}  // namespace fleetca::client
