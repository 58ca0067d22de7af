#include "base/thread.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {
namespace {

constexpr size_t kMaxNameOctets = 15;  // pthread_setname_np(3)

struct Job {
  std::string name;
  std::function<void()> body;
};

// noexcept: an exception that came this far would be lost, so it ends the process where it is.
void* Run(void* argument) noexcept {
  const std::unique_ptr<Job> job(static_cast<Job*>(argument));
  pthread_setname_np(pthread_self(), job->name.c_str());
  job->body();
  return nullptr;
}

}  // namespace

absl::StatusOr<Thread> Thread::Start(absl::string_view name, std::function<void()> body) {
  auto job =
      std::make_unique<Job>(Job{std::string(name.substr(0, kMaxNameOctets)), std::move(body)});
  pthread_t id;
  if (const int error = pthread_create(&id, nullptr, Run, job.get()); error != 0) {
    return Unavailable(
        Reason::kInternal,
        absl::StrCat(
            "Cannot start the thread \"", name, "\": ", strerror(error),
            "; give the process more threads or memory (ulimit -u, ulimit -v, TasksMax and "
            "MemoryMax of its systemd unit, pids.max of its cgroup)"));
  }
  job.release();  // the thread's own now
  return Thread(id);
}

Thread::Thread(Thread&& other) noexcept : id_(std::exchange(other.id_, std::nullopt)) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (this != &other) {
    Join();
    id_ = std::exchange(other.id_, std::nullopt);
  }
  return *this;
}

void Thread::Join() {
  if (id_.has_value()) {
    pthread_join(*id_, nullptr);
    id_.reset();
  }
}

}  // namespace fleetca
