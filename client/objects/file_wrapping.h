// What people's files are wrapped in so that nobody reads them as they stand, and how to unwrap
// them.
#ifndef FLEETCA_CLIENT_OBJECTS_FILE_WRAPPING_H_
#define FLEETCA_CLIENT_OBJECTS_FILE_WRAPPING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// "it is base64 of PEM, as Kubernetes keeps it; decode it first: base64 -d <this file> >FILE": also
// for base64 of DER, PEM on one line or with "\n" written out, and Java's old keystores. "" for
// what may be read as it stands, or is nothing that is known here. Thread-safe; no more than the
// beginning is decoded.
std::string WrappingOf(absl::string_view contents);

// `der` without the one line end that an editor or `echo` put after its one element.
absl::string_view WithoutLineEnd(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_FILE_WRAPPING_H_
