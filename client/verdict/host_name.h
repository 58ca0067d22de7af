// Whether a certificate is for the host that was asked for (RFC 9525).
#ifndef FLEETCA_CLIENT_VERDICT_HOST_NAME_H_
#define FLEETCA_CLIENT_VERDICT_HOST_NAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::client {

// What somebody connects to.
struct HostName {
  std::string dns;  // small letters, without a dot at the end; "" for an address
  std::string ip;   // 4 or 16 octets; "" for a name
};

// "web.fleet.example", "10.0.0.1", "::1", "[::1]". INVALID_ARGUMENT kConfigInvalid with field
// "host" for a port, a URL or anything else that is not one of these.
absl::StatusOr<HostName> ParseHostName(absl::string_view text);

// The name of subjectAltName that fits, "DNS:*.fleet.example". A "*" stands for one label, the
// leftmost (section 6.3), with two labels at least after it; capital letters are small ones, and a
// common name counts for nothing (section 2). INVALID_ARGUMENT kSanNotAllowed, with the names that
// are there.
absl::StatusOr<std::string> FindHostName(const x509::Certificate& certificate,
                                         const HostName& host);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_HOST_NAME_H_
