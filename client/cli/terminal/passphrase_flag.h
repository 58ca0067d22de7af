// A passphrase for a command: from a file, or asked at the terminal. Never an argument and never an
// environment variable, which other processes can read.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_PASSPHRASE_FLAG_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_PASSPHRASE_FLAG_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca::client {

struct PassphraseFlag {
  // "--passphrase-file", for sentences.
  std::string name;
  // What it says: a path, or "-" for the first line of standard input; empty where it is not given.
  std::string file;
};

// Adds "--<name>". *flag must outlive the parsing.
void AddPassphraseFlag(CLI::App& command, absl::string_view name, absl::string_view description,
                       PassphraseFlag* flag);

// Whether it can be had without asking anybody, or somebody can be asked: the flag is given, or
// /dev/tty opens. For what must not begin when it cannot end.
[[nodiscard]] bool CanReadPassphrase(const PassphraseFlag& flag);

// The passphrase of something that is there: the first line of the file without its end, or what is
// typed at /dev/tty after "Passphrase of <what>: ", without echo. The terminal is as it was
// afterwards, also after Ctrl-C. FAILED_PRECONDITION kPassphraseInvalid for an empty one, for one
// with a NUL octet and where there is no terminal (with the flag that helps); the errors of
// ReadSecretFile (base/file.h). The file may be a pipe that nobody else can open, as a shell makes
// them, which is waited for as timed_read.h says.
absl::StatusOr<SecretBytes> ReadPassphrase(const PassphraseFlag& flag, absl::string_view what);

// The same for a reader that asks only where what it reads is encrypted, maybe by the empty
// passphrase, which a file may hold then. Ask's error is complete; return refused() before you
// prefix the reader's error. Not thread-safe; both arguments must outlive it.
class PassphraseQuestion {
 public:
  PassphraseQuestion(const PassphraseFlag& flag, absl::string_view what)
      : flag_(flag), what_(what) {}

  absl::StatusOr<SecretBytes> Ask();
  // OK until Ask has failed.
  const absl::Status& refused() const { return refused_; }

 private:
  const PassphraseFlag& flag_;
  const absl::string_view what_;
  absl::Status refused_;
};

// The passphrase of something that is made: asked twice until both are the same, at most three
// times.
absl::StatusOr<SecretBytes> ReadNewPassphrase(const PassphraseFlag& flag, absl::string_view what);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_PASSPHRASE_FLAG_H_
