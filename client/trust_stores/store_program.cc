#include "client/trust_stores/store_program.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/child_process.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/memory_file.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::client {
namespace {

// A store of some hundred roots is listed in a megabyte.
constexpr size_t kMaxOutput = size_t{64} << 20;

absl::Status Failed(absl::string_view what) {
  return FailedPrecondition(Reason::kInternal, absl::StrCat(what, ": ", std::strerror(errno)));
}

absl::StatusOr<Descriptor> MakeOutput() {
  Descriptor memory(memfd_create("fleetca", MFD_CLOEXEC));
  return memory.valid() ? absl::StatusOr<Descriptor>(std::move(memory))
                        : Failed("A file in memory could not be made");
}

// Whether the program has ended by then. Where the system cannot say, it is waited for.
bool EndsWithin(pid_t pid, absl::Duration limit) {
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const absl::Time deadline = SteadyTime() + limit;
  while (process.valid()) {
    const absl::Duration left = std::max(deadline - SteadyTime(), absl::ZeroDuration());
    pollfd entry = {.fd = process.get(), .events = POLLIN, .revents = 0};
    const int count = poll(&entry, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (count >= 0 || errno != EINTR) {
      return count != 0;
    }
  }
  return true;
}

std::string ReadAll(const Descriptor& memory) {
  std::string all;
  char buffer[65536];
  while (all.size() < kMaxOutput) {
    const ssize_t size =
        pread(memory.get(), buffer, sizeof(buffer), static_cast<off_t>(all.size()));
    if (size <= 0) {
      break;
    }
    all.append(buffer, static_cast<size_t>(size));
  }
  return all;
}

std::string LastLine(absl::string_view output) {
  const absl::string_view text = absl::StripAsciiWhitespace(output);
  const size_t end = text.rfind('\n');
  return std::string(end == absl::string_view::npos ? text : text.substr(end + 1));
}

}  // namespace

absl::StatusOr<std::string> FindStoreProgram(const StoreProgram& program) {
  const char* const path = std::getenv("PATH");
  const std::string folders =
      absl::StrCat(path == nullptr ? "" : path, ":/usr/sbin:/usr/bin:/sbin:/bin");
  for (const absl::string_view folder : absl::StrSplit(folders, ':', absl::SkipEmpty())) {
    const std::string file = absl::StrCat(folder, "/", program.name);
    if (folder.front() == '/' && access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return FailedPrecondition(
      Reason::kFileMissing,
      absl::StrCat("The program ", program.name,
                   " is not on this machine; install Debian's package ", program.package,
                   " (apt install ", program.package, "), and run this again"));
}

absl::StatusOr<std::string> RunStoreProgram(const StoreProgram& program,
                                            const std::vector<std::string>& arguments,
                                            const std::vector<absl::string_view>& inputs,
                                            absl::Duration limit) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string path, FindStoreProgram(program));
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor output, MakeOutput());
  std::vector<Descriptor> memories;
  std::vector<int> descriptors;
  for (const absl::string_view input : inputs) {
    FLEETCA_ASSIGN_OR_RETURN(Descriptor memory, MemoryFile::Write(input));
    descriptors.push_back(memory.get());
    memories.push_back(std::move(memory));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child,
                           ChildProcess::Start(path, arguments, descriptors, output.get()));
  const bool in_time = EndsWithin(child->pid(), limit);
  if (!in_time) {
    child->Signal(SIGKILL);
  }
  const std::string end = child->Wait();
  std::string written = ReadAll(output);
  if (!in_time) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path, " has not ended within ", absl::FormatDuration(limit),
                     " and was stopped: another program may have the store open; close it, and "
                     "run the same command again"));
  }
  if (end != "exit status 0") {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path, " failed (", end, "): ", LastLine(written),
                                           "; mend what it says, and run the same command again"));
  }
  return written;
}

absl::StatusOr<std::string> NameWrongPassphrase(absl::StatusOr<std::string> said,
                                                absl::string_view store) {
  // Of keytool, in two versions, and of certutil.
  for (const char* const words :
       {"password was incorrect", "password entered is incorrect", "SEC_ERROR_BAD_PASSWORD"}) {
    if (!said.ok() && absl::StrContains(said.status().message(), words)) {
      return FailedPrecondition(
          Reason::kPassphraseInvalid,
          absl::StrCat("The passphrase of ", store,
                       " is wrong; give a file with the right one by --passphrase-file. Nothing "
                       "was changed"));
    }
  }
  return said;
}

absl::Status CheckMayWrite(const std::string& path) {
  if (access(path.c_str(), W_OK) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  return FailedPrecondition(
      error == ENOENT ? Reason::kFileMissing : Reason::kFilePermissions,
      error == ENOENT ? absl::StrCat("There is no ", path, "; nothing was changed")
                      : absl::StrCat("This user may not write ", path,
                                     "; nothing was changed. Run the same command by sudo"));
}

}  // namespace fleetca::client
