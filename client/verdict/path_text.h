// Sentences about paths from a certificate to a root.
#ifndef FLEETCA_CLIENT_VERDICT_PATH_TEXT_H_
#define FLEETCA_CLIENT_VERDICT_PATH_TEXT_H_

#include <cstddef>
#include <string>

#include "client/verdict/chain_builder.h"
#include "x509/certificate.h"

namespace fleetca::client {

// "CN=web", or its first name where it has no subject: "DNS:web.fleet.example".
std::string SubjectOf(const x509::Certificate& certificate);

// Names the certificate at `place` as leaf, intermediate or root: "the intermediate \"CN=Edge\"".
std::string NameInPath(const CertificationPath& path, size_t place);
// The same where a sentence begins: "The intermediate \"CN=Edge\"".
std::string NameInPathFirst(const CertificationPath& path, size_t place);

// Of a gap: which issuer is missing, why what is there is not it, and where the certificate says
// that it is; without a remedy, which is the command's to know.
std::string GapSentence(const CertificationPath& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_PATH_TEXT_H_
