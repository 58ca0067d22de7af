#include "base/last_words.h"

#include <cstdlib>
#include <exception>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/exit_status.h"

namespace fleetca {

int ReportUnexpected(absl::string_view what) {
  return ReportStatus(absl::InternalError(
      absl::StrCat("Ended by an error that was not foreseen: ", what,
                   "; look at the limits of this process (memory, threads, descriptors), and "
                   "report it if they are not the cause")));
}

void SayWhyOnTerminate() {
  std::set_terminate([] {
    const std::exception_ptr thrown = std::current_exception();
    if (thrown == nullptr) {
      ReportUnexpected("a fault in the program");
    } else {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        ReportUnexpected(error.what());
      } catch (...) {
        ReportUnexpected("an exception without words");
      }
    }
    // Not exit(): it would end static objects beside threads that go on.
    std::_Exit(kExitFailed);
  });
}

}  // namespace fleetca
