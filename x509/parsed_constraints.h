// Name constraints (RFC 5280 section 4.2.1.10), read from an extension.
#ifndef FLEETCA_X509_PARSED_CONSTRAINTS_H_
#define FLEETCA_X509_PARSED_CONSTRAINTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "x509/san.h"

namespace fleetca::x509 {

// The base of one subtree.
using Subtree = GeneralName;

struct ConstrainedNames {
  std::vector<Subtree> names;
  std::vector<absl::string_view> directory;  // Name elements
  // A bit for each tag number of a form that is not compared here: otherName, x400Address,
  // ediPartyName and registeredID.
  uint16_t other_forms = 0;

  size_t size() const { return names.size() + directory.size(); }
};

struct ParsedConstraints {
  ConstrainedNames permitted;
  ConstrainedNames excluded;
};

// Reads the extension's contents, which the result aliases. False for what is not DER, has a
// minimum or a maximum, or a base that is none of its form.
[[nodiscard]] bool ParseNameConstraints(absl::string_view contents, ParsedConstraints* constraints);

// The bit of ConstrainedNames::other_forms of a form of GeneralName that is not compared here; 0
// for every other tag.
uint16_t OtherForm(uint8_t tag);

// Labels with dots between them and one character at least in each: the name of a host, in either
// case. An address in digits is none.
[[nodiscard]] bool IsHostName(absl::string_view host);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PARSED_CONSTRAINTS_H_
