// X.501 names, built small.
#ifndef FLEETCA_X509_NAME_H_
#define FLEETCA_X509_NAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "x509/subject.h"

namespace fleetca::x509 {

// The Name element with the given attributes as UTF8String, each its own RDN, in the order O, CN;
// an empty argument leaves the attribute out, and both empty give the empty Name (30 00).
std::string BuildName(absl::string_view organization, absl::string_view common_name);

// The same of a whole subject, in the order C, O, OU, CN, which is from the widest to the
// narrowest. The country is a PrintableString, as RFC 5280 appendix A.1 has it.
std::string BuildName(const Subject& subject);

// "O=Fleet, CN=Root" of a well-formed Name element, RFC 4514 escapes; unknown types as dotted OIDs.
std::string NameToText(absl::string_view name);

// The only organizationName (O) of a Name element, as it stands; "" when there is none, more than
// one, or one that is not of printable characters.
std::string OrganizationOf(absl::string_view name);

// The same of its commonName (CN).
std::string CommonNameOf(absl::string_view name);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_NAME_H_
