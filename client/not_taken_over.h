// What a CSR asks for in vain, in words for who made it.
#ifndef FLEETCA_CLIENT_NOT_TAKEN_OVER_H_
#define FLEETCA_CLIENT_NOT_TAKEN_OVER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// A sentence that lists what the CSR holds and the certificate does not: the CSR's subject, where
// the certificate has another one; names that were not granted; and extensions, none of which is
// ever copied. An empty `certificate_der` means that there is none (--validate-only); names are not
// listed then. "" when there is nothing to list, and for a CSR that cannot be read, because the CA
// says what is wrong with it.
std::string NotTakenOver(absl::string_view csr_der, absl::string_view certificate_der);

// A sentence that lists the names that a renewal lost: those of the certificate that asked for it
// which the new one, of the same SPIFFE ID, lacks. Clients that know the service by one of them
// refuse the new certificate. "" when there are none; where the CSR asks for names by itself, as
// the new certificate has those then; and where one of the three cannot be read. An empty `csr_der`
// is a renewal without one.
std::string NotGrantedAgain(absl::string_view csr_der, absl::string_view asking_der,
                            absl::string_view certificate_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_NOT_TAKEN_OVER_H_
