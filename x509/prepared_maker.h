// The one place that turns bytes into a token to sign them. Only the lints may include it, which
// //tests/layering:layering_test checks.
#ifndef FLEETCA_X509_PREPARED_MAKER_H_
#define FLEETCA_X509_PREPARED_MAKER_H_

#include <string>
#include <utility>

#include "base/prepared.h"

namespace fleetca::x509 {

class PreparedMaker {
 public:
  // Of bytes that a lint has passed, just now.
  static Prepared Make(std::string bytes) { return Prepared(std::move(bytes)); }
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PREPARED_MAKER_H_
