#include "base/process_hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

// The size of a private number of P-256 or Ed25519, the most frequent.
constexpr size_t kSecureHeapSmallestBlock = 32;

void ForbidCoreDumps(std::vector<std::string>& problems) {
  constexpr rlimit kNone = {0, 0};
  if (setrlimit(RLIMIT_CORE, &kNone) != 0) {
    problems.push_back(absl::StrCat("core dumps could not be limited: ", strerror(errno)));
  }
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    problems.push_back(absl::StrCat("dumps could not be forbidden: ", strerror(errno)));
  }
}

void StartSecureHeap(std::vector<std::string>& problems) {
  if (CRYPTO_secure_malloc_initialized() == 1) {
    return;
  }
  // 2: the heap works, but its pages could not be locked or left out of dumps.
  switch (CRYPTO_secure_malloc_init(kSecureHeapBytes, kSecureHeapSmallestBlock)) {
    case 1:
      return;
    case 2:
      problems.push_back(absl::StrCat(
          "private keys may be swapped to disk, because memory could not be locked: allow ",
          kSecureHeapBytes, " bytes more (systemd: LimitMEMLOCK=infinity; shell: ulimit -l)"));
      return;
    default:
      problems.push_back(
          absl::StrCat("OpenSSL's secure heap could not be made, keys are in "
                       "ordinary memory: ",
                       DrainOpenSslErrors()));
  }
}

}  // namespace

absl::Status HardenProcess() {
  std::vector<std::string> problems;
  ForbidCoreDumps(problems);
  StartSecureHeap(problems);
  if (problems.empty()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("The process is not fully hardened: ", absl::StrJoin(problems, "; ")));
}

}  // namespace fleetca
