// The certificates that a user has at hand on this machine. The CA has no call that lists all.
#ifndef FLEETCA_CLIENT_CLI_CERTIFICATES_HERE_H_
#define FLEETCA_CLIENT_CLI_CERTIFICATES_HERE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace fleetca::client {

struct CertificateHere {
  std::string serial;       // as commands take it, hex
  std::string description;  // "URI:spiffe://fleet.example/svc/web, in web.crt"
};

inline constexpr size_t kMaxCertificatesHere = 64;

// The first certificate of `own_file` (empty: of none), and of each regular file of `folder` whose
// name ends in .crt or .pem, in the order of their names, kMaxCertificatesHere at most. A CA's
// certificate, and whatever cannot be read, is left out in silence.
std::vector<CertificateHere> CertificatesHere(const std::string& own_file,
                                              const std::string& folder);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CERTIFICATES_HERE_H_
