#include "service/bootstrap/process_bounds.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

// A tenth of the processor where the issuing process wants all of it, all where it wants nothing.
constexpr int kNice = 10;
constexpr char kOomScoreAdj[] = "500";
constexpr size_t kStackBytes = size_t{1} << 20;
constexpr int kArenas = 2;
constexpr int kTrimBytes = 1 << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryCanBeBounded = false;  // their shadows are terabytes
#else
constexpr bool kMemoryCanBeBounded = true;
#endif

class Bounds {
 public:
  void Try(absl::string_view what, bool done) {
    if (!done) {
      problems_.push_back(absl::StrCat(what, ": ", std::strerror(errno)));
    }
  }

  void Limit(absl::string_view what, int resource, rlim_t most) {
    rlimit limit = {};
    if (getrlimit(resource, &limit) == 0) {
      limit.rlim_max = std::min(limit.rlim_max, most);
      limit.rlim_cur = limit.rlim_max;
    }
    Try(what,
        limit.rlim_max != 0 && setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0);
  }

  absl::Status Result() const {
    return problems_.empty()
               ? absl::OkStatus()
               : FailedPrecondition(Reason::kConfigInvalid,
                                    absl::StrCat("The process of the bootstrap port is not bounded "
                                                 "in full: ",
                                                 absl::StrJoin(problems_, "; ")));
  }

 private:
  std::vector<std::string> problems_;
};

[[nodiscard]] bool WriteOomScore() {
  const Descriptor file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  const absl::string_view score = kOomScoreAdj;
  return file.valid() &&
         write(file.get(), score.data(), score.size()) == static_cast<ssize_t>(score.size());
}

[[nodiscard]] bool UseSmallStacks() {
  pthread_attr_t attributes;
  errno = pthread_getattr_default_np(&attributes);
  if (errno == 0) {
    errno = pthread_attr_setstacksize(&attributes, kStackBytes);
  }
  if (errno == 0) {
    errno = pthread_setattr_default_np(&attributes);
  }
  return errno == 0;
}

}  // namespace

absl::Status BoundThisProcess() {
  Bounds bounds;
  bounds.Try("it may outlive its parent", prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
  bounds.Try("it may gain rights", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  bounds.Try("it is not the first to end when memory is short", WriteOomScore());
  errno = 0;
  bounds.Try("it does not yield the processor", nice(kNice) != -1 || errno == 0);
  bounds.Try("its threads' stacks are large", UseSmallStacks());
  bounds.Limit("its descriptors are not bounded", RLIMIT_NOFILE, kProcessDescriptors);
  if (kMemoryCanBeBounded) {
    bounds.Limit("its memory is not bounded", RLIMIT_DATA, kProcessMemoryBytes);
  }
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_TRIM_THRESHOLD, kTrimBytes);
  return bounds.Result();
}

}  // namespace fleetca::service
