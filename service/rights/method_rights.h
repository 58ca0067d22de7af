// The table of rights: which method is open to whom, on which port. What it does not list is
// closed.
#ifndef FLEETCA_SERVICE_RIGHTS_METHOD_RIGHTS_H_
#define FLEETCA_SERVICE_RIGHTS_METHOD_RIGHTS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/policy/policy_options.h"

namespace fleetca::service {

// Who may call a method by one port.
struct Access {
  enum class Kind {
    kNobody,
    kAnyone,       // without a certificate
    kAnyIdentity,  // every caller whose certificate is believed
    kRight,        // a caller whose rule of the policy has `right`
  };
  Kind kind = Kind::kNobody;
  Right right = Right{};  // of kRight alone
};

struct MethodRights {
  absl::string_view path;  // HTTP/2's :path
  Access issuing;          // by the port for callers with certificates
  Access bootstrap;        // by the port for strangers
  // Also while the clock is not believed, when nobody can say whether a certificate has expired.
  bool whatever_the_clock = false;
};

// Every method of every service that a port of this server has. Where the answer depends on what is
// asked, as with certificates, the handler decides that part, and its row says who may ask at all.
absl::Span<const MethodRights> AllMethodRights();

// The row of the method with this :path, to the octet; one that is closed to everybody where there
// is none.
const MethodRights& RightsOf(absl::string_view path);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RIGHTS_METHOD_RIGHTS_H_
