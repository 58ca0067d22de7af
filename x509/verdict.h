// OpenSSL's answer to a question of validity, which is not always an answer.
#ifndef FLEETCA_X509_VERDICT_H_
#define FLEETCA_X509_VERDICT_H_

namespace fleetca::x509 {

// kFailed: OpenSSL could not find out, for want of memory or by a fault of its own. That says
// nothing about what was asked.
enum class Verdict { kValid, kInvalid, kFailed };

// What OpenSSL's `answer` means, where 1 is yes, 0 is no, and a negative number is an error.
// Forgers can provoke errors, such as a sum that is infinity. So an error is a no too where the
// first reason in this thread's queue is about the numbers of the question, and not about OpenSSL.
// The queue was empty before the question; it is empty afterwards but for kFailed.
[[nodiscard]] Verdict VerdictOf(int answer);

// The same of a function that has a reason in the queue for every no.
[[nodiscard]] inline Verdict VerdictWithReason(bool yes) { return VerdictOf(yes ? 1 : -1); }

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_VERDICT_H_
