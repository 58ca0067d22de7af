#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "store/testing/durability_driver.h"

namespace fleetca::store {
namespace {

// Bazel runs tests in the folder that these are relative to.
constexpr char kDriver[] = "store/testing/durability_driver";
constexpr char kShim[] = "tests/crash/libpowercut.so";
constexpr char kApply[] = "tests/crash/powercut_apply";

std::string Absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

// In the child, before exec.
void UseShim(const std::string& watched, const std::string& shim_folder) {
  setenv("LD_PRELOAD", Absolute(kShim).c_str(), 1);
  setenv("POWERCUT_DIR", watched.c_str(), 1);
  setenv("POWERCUT_JOURNAL", shim_folder.c_str(), 1);
  setenv("POWERCUT_CONTROL", absl::StrCat(shim_folder, "/control").c_str(), 1);
  // AddressSanitizer wants to be the first library; it works as the second.
  const char* sanitizer = getenv("ASAN_OPTIONS");
  setenv("ASAN_OPTIONS",
         absl::StrCat(sanitizer == nullptr ? "" : sanitizer, ":verify_asan_link_order=0").c_str(),
         1);
}

}  // namespace

DurabilityDriver::DurabilityDriver(const std::string& folder, bool sync_writes,
                                   const std::string& watched, const std::string& shim_folder) {
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) {
    perror("pipe");
    abort();
  }
  // The driver may be gone when it is sent something.
  signal(SIGPIPE, SIG_IGN);
  pid_ = fork();
  if (pid_ == 0) {
    signal(SIGPIPE, SIG_DFL);
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    if (!shim_folder.empty()) {
      UseShim(watched, shim_folder);
    }
    execl(kDriver, kDriver, folder.c_str(), sync_writes ? "1" : "0", nullptr);
    perror(kDriver);
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
}

DurabilityDriver::~DurabilityDriver() {
  Kill();
  close(output_);
}

std::string DurabilityDriver::Read() {
  for (;;) {
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      const std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    char text[4096];
    const ssize_t size = read(output_, text, sizeof(text));
    if (size <= 0) {
      return "";
    }
    buffer_.append(text, static_cast<size_t>(size));
  }
}

void DurabilityDriver::Send(const std::string& command) {
  const std::string line = command + "\n";
  if (write(input_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    perror("the driver's input");
  }
}

std::string DurabilityDriver::Ask(const std::string& command) {
  Send(command);
  return Read();
}

void DurabilityDriver::Kill() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    Finish();
  }
}

int DurabilityDriver::Finish() {
  close(input_);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool ApplyPowerCut(const std::string& watched, const std::string& shim_folder) {
  const std::string command = absl::StrCat(kApply, " '", watched, "' '", shim_folder, "'");
  return system(command.c_str()) == 0;
}

}  // namespace fleetca::store
