#include "service/rpc/revocation_watchers.h"

#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/rpc/revocation_watcher.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<RevocationWatchers>> RevocationWatchers::Start(
    const store::Store& store, const KnownRevocations& known, CallerReader& caller_reader,
    RevocationWatchersOptions options) {
  auto watchers = absl::WrapUnique(new RevocationWatchers(store, known, caller_reader, options));
  FLEETCA_ASSIGN_OR_RETURN(watchers->thread_,
                           Thread::Start("watchers", [self = watchers.get()] { self->Run(); }));
  return watchers;
}

RevocationWatchers::~RevocationWatchers() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.Join();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* RevocationWatchers::Watch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return RevocationWatcher::Launch(std::make_unique<RevocationWatcher>(*this, *context, *request));
}

absl::Status RevocationWatchers::Add(RevocationWatcher& watcher) {
  absl::MutexLock lock(&mutex_);
  if (draining_) {
    return Unavailable(Reason::kDraining,
                       "The CA is shutting down; open a new stream to another one");
  }
  if (watchers_.size() >= options_.max_watchers) {
    return ResourceExhausted(Reason::kQueueFull,
                             absl::StrCat("The CA has ", watchers_.size(),
                                          " readers of its revocations, which is all that it "
                                          "takes; have several verifiers share one"));
  }
  watchers_.insert(&watcher);
  return absl::OkStatus();
}

void RevocationWatchers::Remove(RevocationWatcher& watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(&watcher);
}

void RevocationWatchers::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

size_t RevocationWatchers::size() const {
  absl::MutexLock lock(&mutex_);
  return watchers_.size();
}

void RevocationWatchers::BeginDrain() {
  std::vector<CallLife::Hold> held;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    for (RevocationWatcher* watcher : watchers_) {
      if (CallLife::Hold hold = watcher->TryHold()) {
        held.push_back(std::move(hold));
      }
    }
  }
  for (const CallLife::Hold& hold : held) {
    hold->BeginDrain();
  }
}

void RevocationWatchers::Run() {
  std::vector<std::pair<RevocationWatcher*, CallLife::Hold>> held;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &RevocationWatchers::HasWork),
                              options_.interval);
      if (stopping_) {
        return;
      }
      woken_ = false;
      for (RevocationWatcher* watcher : watchers_) {
        // One that was finished is about to be removed.
        if (CallLife::Hold hold = watcher->TryHold()) {
          held.emplace_back(watcher, std::move(hold));
        }
      }
    }
    for (const auto& [watcher, hold] : held) {
      watcher->Turn();
    }
    held.clear();
  }
}

}  // namespace fleetca::service
