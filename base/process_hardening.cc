#include "base/process_hardening.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
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

// OpenSSL's decoders free buffers that held a private key without zeroing them, so all that it
// frees is zeroed here. glibc's memset makes that cheap, even for TLS records.
void FreeWiped(void* memory, const char*, int) {
  if (memory != nullptr) {
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
  }
}

void* Allocate(size_t size, const char*, int) { return size == 0 ? nullptr : malloc(size); }

void* Reallocate(void* memory, size_t size, const char* file, int line) {
  if (size == 0) {
    FreeWiped(memory, file, line);
    return nullptr;
  }
  // realloc() would leave the old bytes behind where it moves them.
  void* const moved = malloc(size);
  if (moved != nullptr && memory != nullptr) {
    memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
    FreeWiped(memory, file, line);
  }
  return moved;
}

void WipeWhatOpenSslFrees(std::vector<std::string>& problems) {
  CRYPTO_malloc_fn installed = nullptr;
  CRYPTO_get_mem_functions(&installed, nullptr, nullptr);
  if (installed != &Allocate && CRYPTO_set_mem_functions(&Allocate, &Reallocate, &FreeWiped) != 1) {
    problems.push_back(
        "freed memory is not wiped, because OpenSSL was used before this call: call it earlier");
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
  WipeWhatOpenSslFrees(problems);
  StartSecureHeap(problems);
  if (problems.empty()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("The process is not fully hardened: ", absl::StrJoin(problems, "; ")));
}

}  // namespace fleetca
