// Whether clients find the way from the server's certificate to a root that they trust.
#ifndef FLEETCA_SERVICE_NET_SERVER_CHAIN_H_
#define FLEETCA_SERVICE_NET_SERVER_CHAIN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace fleetca::service {

// What the CA's clients know, and what the CA is.
struct ServerTrust {
  std::vector<std::string> roots;    // of the trust bundle, DER
  std::vector<std::string> own_cas;  // the issuing CAs and those above them, DER
  std::string trust_domain;
};

struct ServerChain {
  // What clients are shown, DER: the server's own certificate, its path to a root, then the
  // other certificates of the file that issued one of these. It has no root.
  std::vector<std::string> shown;
  // Whether the way leads to a root of the trust bundle; false where none was given.
  bool rooted = false;
  // Whole sentences about what works for some clients only.
  std::vector<std::string> warnings;
  // Why certificates of the file are not shown, in words for the log.
  std::vector<std::string> left_out;
};

// Judges the certificates of one file, DER, of which the first is the server's own and can be read.
// Without `trust` only the order is looked at.
//
// A certificate of another PKI than the CA's own is taken with a warning: clients are told the
// server's roots by --ca, and those need not be the fleet's.
//
// FAILED_PRECONDITION kFileInvalid, without the name of the file: no client can find the way, as
// the certificate of one of our own CAs is missing or is not valid at `now`, the server's own is
// self-signed, or the way is not known because a certificate cannot be read.
absl::StatusOr<ServerChain> CheckServerChain(absl::Span<const std::string> file, absl::Time now,
                                             const ServerTrust* trust);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_SERVER_CHAIN_H_
