#include "x509/verdict.h"

#include "base/openssl.h"

namespace fleetca::x509 {
namespace {

// A reason that only the elliptic curves or RSA have is about the numbers that were asked about.
// Those that all libraries share (no memory, a failure of another library) are not, and no other
// library has anything to say about these numbers.
bool IsAboutTheQuestion(unsigned long error) {
  const int library = ERR_GET_LIB(error);
  return (library == ERR_LIB_EC || library == ERR_LIB_RSA) && ERR_COMMON_ERROR(error) == 0;
}

}  // namespace

Verdict VerdictOf(int answer) {
  const unsigned long first = ERR_peek_error();
  if (answer != 1 && !(answer == 0 && first == 0) && !IsAboutTheQuestion(first)) {
    return Verdict::kFailed;
  }
  if (first != 0) {
    ERR_clear_error();
  }
  return answer == 1 ? Verdict::kValid : Verdict::kInvalid;
}

}  // namespace fleetca::x509
