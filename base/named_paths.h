// Through which flag or configuration field each path was given, so that an error about a file can
// name the one to blame.
//
// An error about a file is made far from the command line, and its sentence names the path. What
// takes paths from a user (the command line, the environment, the contexts, the configuration) says
// here once under which name the path was given; what reports the error asks.
#ifndef FLEETCA_BASE_NAMED_PATHS_H_
#define FLEETCA_BASE_NAMED_PATHS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// For the whole process: `path`, as sentences write it, was given as `name`, such as "--key-out" or
// "listener.certificate_file". The first name of a path stays; an empty path is ignored.
// Thread-safe, as all that follow.
void NamePath(absl::string_view path, absl::string_view name);

// Forgets all, for a test or for a command line that is parsed anew.
void ForgetNamedPaths();

// The name of the path that the sentence names first, as a whole word or at the beginning of one:
// "--dir" for "Cannot read ca/admin.key: ..." where "ca" was given as --dir. The longest path goes
// first. "" where the sentence names none.
[[nodiscard]] std::string NameOfPathIn(absl::string_view sentence);

// What an error is about, for a program to read. For an error about a file (FILE_MISSING,
// FILE_INVALID, FILE_PERMISSIONS, and CSR_MALFORMED for a CSR's) that is how its path was given;
// where the sentence names no such path, and for every other error, it is the error's own field.
// Where a configuration or a passphrase is wrong (CONFIG_INVALID, PASSPHRASE_INVALID) and the error
// has no field, it is how its path was given.
[[nodiscard]] std::string BlamedField(const absl::Status& status);

}  // namespace fleetca

#endif  // FLEETCA_BASE_NAMED_PATHS_H_
