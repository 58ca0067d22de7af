// The end of a shared absl::Status as ThreadSanitizer has to see it.
//
// Copies of a status share one representation and count themselves in it. The count goes up in
// instrumented code, the header's, and down in Debian's libabsl_status, which is not instrumented:
// ThreadSanitizer sees one thread count and another one delete, and reports a race for every status
// that two threads held. The definition below stands before the library's, and does the same.
#include <atomic>
#include <cstdint>

#include "absl/base/config.h"
#include "absl/status/status.h"

namespace absl {
ABSL_NAMESPACE_BEGIN

void Status::UnrefNonInlined(uintptr_t rep) {
  status_internal::StatusRep* const shared = RepToPointer(rep);
  if (shared->ref.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete shared;
  }
}

ABSL_NAMESPACE_END
}  // namespace absl
