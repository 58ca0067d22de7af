#include "service/call/record_lookups.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<RecordLookups>> RecordLookups::Start(Options options) {
  auto lookups = absl::WrapUnique(new RecordLookups(options));
  for (int i = 0; i < options.threads; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(Thread thread,
                             Thread::Start("look_up", [raw = lookups.get()] { raw->Work(); }));
    lookups->threads_.push_back(std::move(thread));
  }
  return lookups;
}

RecordLookups::~RecordLookups() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  threads_.clear();  // joins them
}

absl::Status RecordLookups::Ask(LookUp look_up) {
  const auto question = std::make_shared<Question>();
  question->look_up = std::move(look_up);
  absl::MutexLock lock(&mutex_);
  // While the store hangs one question at a time finds out whether it still does.
  if (waiting_.size() < (hangs_ ? 1 : options_.capacity)) {
    waiting_.push_back(question);
    if (!hangs_ &&
        mutex_.AwaitWithTimeout(absl::Condition(&question->answered), options_.patience)) {
      return question->answer;
    }
    hangs_ = true;
  }
  return Unavailable(Reason::kStoreUnavailable,
                     "The CA's store does not say in time whether it has issued the client "
                     "certificate; retry in a second");
}

std::shared_ptr<RecordLookups::Question> RecordLookups::Next() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &RecordLookups::HasWork));
  if (ending_) {
    return nullptr;
  }
  std::shared_ptr<Question> question = std::move(waiting_.front());
  waiting_.pop_front();
  return question;
}

void RecordLookups::Work() {
  while (const std::shared_ptr<Question> question = Next()) {
    absl::Status answer = question->look_up();
    absl::MutexLock lock(&mutex_);
    question->answer = std::move(answer);
    question->answered = true;
    hangs_ = false;
  }
}

}  // namespace fleetca::service
