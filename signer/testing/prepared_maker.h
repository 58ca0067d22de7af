// Tokens for tests of signers, which cannot link the lint.
#ifndef FLEETCA_SIGNER_TESTING_PREPARED_MAKER_H_
#define FLEETCA_SIGNER_TESTING_PREPARED_MAKER_H_

#include <string>
#include <utility>

#include "base/prepared.h"

namespace fleetca::x509 {

// The lints have a class of this very name in x509/prepared_maker.h, which no signer may include:
// two definitions of one class, which the one-definition rule forbids in one program. So no target
// that depends on //x509 may include this header; it is testonly and visible in //signer alone.
class PreparedMaker {
 public:
  static Prepared Make(std::string bytes) { return Prepared(std::move(bytes)); }
};

}  // namespace fleetca::x509

#endif  // FLEETCA_SIGNER_TESTING_PREPARED_MAKER_H_
