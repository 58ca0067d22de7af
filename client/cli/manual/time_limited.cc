#include "client/cli/manual/time_limited.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.h"
#include "base/steady_time.h"

namespace fleetca::client {
namespace {

// In the copy: nothing reaches the terminal, and it ends with its parent.
void CloseOff() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (dup2(nothing.get(), stream) < 0) {
      close(stream);
    }
  }
}

// Until the writer is done or the time is over.
std::string ReadUntil(int descriptor, absl::Time end) {
  std::string text;
  for (;;) {
    const auto left =
        absl::ToInt64Milliseconds(absl::Ceil(end - SteadyTime(), absl::Milliseconds(1)));
    pollfd watched = {descriptor, POLLIN, 0};
    const int ready = poll(&watched, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready <= 0) {
      return text;
    }
    char part[4096];
    const ssize_t size = read(descriptor, part, sizeof(part));
    if (size <= 0) {
      return text;
    }
    text.append(part, static_cast<size_t>(size));
  }
}

}  // namespace

std::string RunForAtMost(absl::Duration limit, absl::FunctionRef<void(int descriptor)> work) {
  const absl::Time end = SteadyTime() + limit;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return "";
  }
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) {
    return "";
  }
  if (pid == 0) {
    CloseOff();
    work(writer.get());
    // Nothing of this process is to be ended or flushed twice.
    _exit(0);
  }
  writer.Reset();
  std::string text = ReadUntil(reader.get(), end);
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return text;
}

}  // namespace fleetca::client
