// A program that keeps a trust store, run to its end.
#ifndef FLEETCA_CLIENT_TRUST_STORES_STORE_PROGRAM_H_
#define FLEETCA_CLIENT_TRUST_STORES_STORE_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::client {

struct StoreProgram {
  std::string name;     // "certutil"
  std::string package;  // Debian's package that has it
};

// Where it is: in the folders of PATH, or in /usr/sbin, /usr/bin, /sbin and /bin, which PATH may
// lack. FAILED_PRECONDITION kFileMissing, with the package.
absl::StatusOr<std::string> FindStoreProgram(const StoreProgram& program);

// What the program wrote, when it has ended with exit status 0. It gets `inputs` as the files
// /dev/fd/3, /dev/fd/4 and so on, which are in memory alone. FAILED_PRECONDITION kFileInvalid with
// the last line that it wrote, otherwise; the errors of FindStoreProgram and ChildProcess. It is
// killed, which is FAILED_PRECONDITION kFileInvalid too, when it has not ended within `limit`.
// Thread-safe.
absl::StatusOr<std::string> RunStoreProgram(const StoreProgram& program,
                                            const std::vector<std::string>& arguments,
                                            const std::vector<absl::string_view>& inputs = {},
                                            absl::Duration limit = absl::Minutes(2));

// What a program said, but where it said that the passphrase of `store` is wrong:
// FAILED_PRECONDITION kPassphraseInvalid, with the flag that gives it.
absl::StatusOr<std::string> NameWrongPassphrase(absl::StatusOr<std::string> said,
                                                absl::string_view store);

// FAILED_PRECONDITION kFilePermissions, with what to do, when this user may not write there.
absl::Status CheckMayWrite(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_STORE_PROGRAM_H_
