// Where commands write: data on standard output or to a file, words on standard error.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_OUTPUT_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "client/cli/terminal/command_files.h"

namespace fleetca::client {

enum class OutputForm { kText, kJson, kPem };

struct OutputFlags {
  // "text", "json" or "pem": what is shown.
  std::string form = "pem";
  // Empty or "-": standard output.
  std::string file;
};

// Adds -o/--output and --out, for WriteObject.
void AddOutputFlags(CLI::App& command, OutputFlags* flags);
// Adds -o/--output alone.
void AddFormFlag(CLI::App& command, std::string* form);
// The same for what has no PEM.
CLI::Option* AddTextOrJsonFlag(CLI::App& command, std::string* form);
OutputForm ParseForm(absl::string_view form);

// Adds --force, for commands that do not replace files without it.
void AddForceFlag(CLI::App& command, bool* force);

// Where WriteData writes, for CheckOutputs.
FlaggedOutput DataOutput(const OutputFlags& flags, Replace replace = Replace::kAllButKeys);

// Writes all of `data` to `file` as WriteOutput does (base/output_file.h, mode 0644), or to
// standard output when it is empty or "-"; a reader that went away or a full disk is
// FAILED_PRECONDITION kFileInvalid.
absl::Status WriteData(const std::string& file, absl::string_view data,
                       Replace replace = Replace::kAllButKeys);

// Writes an object that a command made or fetched, such as a certificate: its PEM to the file of
// --out, and what -o wants to see of it, `shown`, to standard output. Without a file standard
// output gets one of the two: `shown`, unless the form is "pem".
absl::Status WriteObject(const OutputFlags& flags, absl::string_view pem, absl::string_view shown,
                         Replace replace = Replace::kAllButKeys);

// A sentence on standard error that is no error: SayNote (base/exit_status.h).
void Say(absl::string_view sentence);

// The certificates as PEM, in their order.
std::string CertificatesToPem(const std::vector<std::string>& certificates_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_OUTPUT_H_
