// Which options a certificate template may have.
#ifndef FLEETCA_X509_TBS_OPTIONS_H_
#define FLEETCA_X509_TBS_OPTIONS_H_

#include "absl/status/status.h"
#include "x509/tbs.h"

namespace fleetca::x509 {

// INVALID_ARGUMENT kConfigInvalid for options that break RFC 5280 or that no relying party would
// accept; the field is the option's name.
absl::Status CheckTbsTemplateOptions(const TbsTemplateOptions& options);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TBS_OPTIONS_H_
