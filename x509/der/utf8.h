// Text that may stand in a name: valid UTF-8 without anything invisible that misleads a reader.
#ifndef FLEETCA_X509_DER_UTF8_H_
#define FLEETCA_X509_DER_UTF8_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// The number of characters of `text`, when it is UTF-8 (RFC 3629: shortest form, no surrogate, at
// most U+10FFFF) and has no control character (C0, DEL, C1) and no bidirectional override or
// isolate, which reorder what a person sees. nullopt otherwise.
[[nodiscard]] std::optional<size_t> CountPrintableUtf8(absl::string_view text);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_DER_UTF8_H_
