#include "service/edge/record_lookups.h"

#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<RecordLookups>> RecordLookups::Start(LookUp look_up,
                                                                    Options options) {
  auto lookups = absl::WrapUnique(new RecordLookups(std::move(look_up), options));
  for (int i = 0; i < options.threads; ++i) {
    try {
      lookups->threads_.emplace_back([raw = lookups.get()] { raw->Work(); });
    } catch (const std::system_error& error) {
      return MakeError(absl::StatusCode::kInternal, Reason::kInternal, "",
                       absl::StrCat("The system gives no thread for look-ups: ", error.what(),
                                    "; raise the limit of processes (ulimit -u, TasksMax=)"));
    }
  }
  return lookups;
}

RecordLookups::~RecordLookups() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

absl::Status RecordLookups::Ask(absl::string_view der) {
  const auto question = std::make_shared<Question>();
  question->der = std::string(der);
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
    absl::Status answer = look_up_(question->der);
    absl::MutexLock lock(&mutex_);
    question->answer = std::move(answer);
    question->answered = true;
    hangs_ = false;
  }
}

}  // namespace fleetca::service
