// What a process says when it ends by an exception of a library.
#ifndef FLEETCA_BASE_LAST_WORDS_H_
#define FLEETCA_BASE_LAST_WORDS_H_

#include "absl/strings/string_view.h"

namespace fleetca {

// A sentence on standard error about an exception that no code of ours expected: no memory, no
// threads. Returns kExitFailed.
int ReportUnexpected(absl::string_view what);

// From now on an exception that nothing catches, on whichever thread, a library's own too, ends the
// process with that sentence and kExitFailed, and not by SIGABRT with half a line. Call it first in
// main.
void SayWhyOnTerminate();

}  // namespace fleetca

#endif  // FLEETCA_BASE_LAST_WORDS_H_
