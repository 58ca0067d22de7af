#include "client/cli/terminal/passphrase_flag.h"

#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "client/cli/terminal/hidden_input.h"
#include "client/cli/terminal/timed_read.h"

namespace fleetca::client {
namespace {

constexpr int kMaxAttempts = 3;
absl::Status Refused(absl::string_view sentence) {
  return FailedPrecondition(Reason::kPassphraseInvalid, sentence);
}

absl::string_view FirstLine(absl::string_view text) {
  absl::string_view line = text.substr(0, text.find('\n'));
  absl::ConsumeSuffix(&line, "\r");
  return line;
}

// Programs end a passphrase at a NUL, and so OpenSSL does in some of its functions: what one part
// of a file is protected by would not open the other.
absl::Status CheckNoNul(absl::string_view passphrase, absl::string_view which) {
  return passphrase.find('\0') == absl::string_view::npos
             ? absl::OkStatus()
             : Refused(absl::StrCat("The passphrase ", which,
                                    " has a NUL octet in it, at which other programs end it; take "
                                    "one of characters that can be typed"));
}

// What "<(pass show web)" of a shell is: a pipe that nobody else can open.
bool IsOwnPipe(const std::string& path) {
  struct stat info;
  return !IsStandardStream(path) && stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode) &&
         (info.st_uid == geteuid() || info.st_uid == 0) && (info.st_mode & 077) == 0;
}

absl::StatusOr<SecretBytes> ReadPipeOrSecretFile(const std::string& path) {
  return IsOwnPipe(path) ? ReadWithTimeout(path) : ReadSecretFile(path);
}

// RFC 8018 lets what is there be encrypted by an empty passphrase; nothing new is made so.
enum class EmptyPassphrase { kRefused, kTaken };

absl::StatusOr<SecretBytes> FromFile(const PassphraseFlag& flag,
                                     EmptyPassphrase empty = EmptyPassphrase::kRefused) {
  const absl::string_view place = IsStandardStream(flag.file) ? "standard input" : flag.file;
  if (IsStandardStream(flag.file) && isatty(STDIN_FILENO) != 0) {
    return Refused(absl::StrCat(
        "Standard input is a terminal, which would show the passphrase while it is typed; leave ",
        flag.name, " out, and it is asked for without being shown"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadPipeOrSecretFile(flag.file));
  const absl::StatusOr<absl::string_view> text = TextOf(contents.view());
  if (!text.ok()) {
    return Refused(
        absl::StrCat("The passphrase in ", place, " cannot be read: ", text.status().message()));
  }
  const absl::string_view line = FirstLine(*text);
  if (line.empty() && empty == EmptyPassphrase::kRefused) {
    return Refused(absl::StrCat("The passphrase in ", place,
                                " is empty: write it into the first line, with nothing before it"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckNoNul(line, absl::StrCat("in ", place)));
  return SecretBytes(line);
}

absl::StatusOr<std::unique_ptr<HiddenInput>> OpenTerminal(const PassphraseFlag& flag,
                                                          absl::string_view what) {
  absl::StatusOr<std::unique_ptr<HiddenInput>> terminal = HiddenInput::Open();
  if (!terminal.ok()) {
    return Refused(absl::StrCat("There is no terminal at which the passphrase of ", what,
                                " could be asked for (", terminal.status().message(),
                                "); give a file that holds it: ", flag.name, " FILE"));
  }
  return terminal;
}

}  // namespace

void AddPassphraseFlag(CLI::App& command, absl::string_view name, absl::string_view description,
                       PassphraseFlag* flag) {
  flag->name = absl::StrCat("--", name);
  command.add_option(flag->name, flag->file, std::string(description))->type_name("FILE");
}

bool CanReadPassphrase(const PassphraseFlag& flag) {
  return !flag.file.empty() || HiddenInput::IsThere();
}

absl::StatusOr<SecretBytes> ReadPassphrase(const PassphraseFlag& flag, absl::string_view what) {
  if (!flag.file.empty()) {
    return FromFile(flag);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<HiddenInput> terminal, OpenTerminal(flag, what));
  FLEETCA_ASSIGN_OR_RETURN(
      SecretBytes passphrase,
      terminal->Ask(absl::StrCat("Passphrase of ", EscapeForDisplay(what), ": ")));
  if (passphrase.empty()) {
    return Refused(absl::StrCat("No passphrase of ", what, " was typed"));
  }
  FLEETCA_RETURN_IF_ERROR(
      CheckNoNul(passphrase.view(), absl::StrCat("of ", what, " that was typed")));
  return passphrase;
}

absl::StatusOr<SecretBytes> PassphraseQuestion::Ask() {
  absl::StatusOr<SecretBytes> asked =
      flag_.file.empty() ? ReadPassphrase(flag_, what_) : FromFile(flag_, EmptyPassphrase::kTaken);
  refused_ = asked.status();
  return asked;
}

absl::StatusOr<SecretBytes> ReadNewPassphrase(const PassphraseFlag& flag, absl::string_view what) {
  if (!flag.file.empty()) {
    return FromFile(flag);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<HiddenInput> terminal, OpenTerminal(flag, what));
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    FLEETCA_ASSIGN_OR_RETURN(
        SecretBytes passphrase,
        terminal->Ask(absl::StrCat("New passphrase of ", EscapeForDisplay(what), ": ")));
    if (passphrase.empty() && terminal->ended()) {
      return Refused(absl::StrCat("No new passphrase of ", what,
                                  " was typed: the input ended (Ctrl-D); nothing was written"));
    }
    if (passphrase.empty()) {
      FLEETCA_RETURN_IF_ERROR(terminal->Say("It is empty, which would protect nothing.\n"));
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(
        CheckNoNul(passphrase.view(), absl::StrCat("of ", what, " that was typed")));
    FLEETCA_ASSIGN_OR_RETURN(const SecretBytes again, terminal->Ask("The same again: "));
    if (again.view() == passphrase.view()) {
      return passphrase;
    }
    FLEETCA_RETURN_IF_ERROR(terminal->Say("The two differ.\n"));
  }
  return Refused(absl::StrCat("No new passphrase of ", what, " was typed twice in ", kMaxAttempts,
                              " attempts, so nothing was written"));
}

}  // namespace fleetca::client
