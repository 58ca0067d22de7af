#include "service/rpc/revocation_watchers.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "service/rpc/reader_turns.h"
#include "service/rpc/revocation_watcher.h"

namespace fleetca::service {
namespace {

// Then it is looked who is due by now: whoever comes does not wait for the thousands before.
constexpr absl::Duration kMostOfTurns = absl::Milliseconds(50);

}  // namespace

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
  work_.Set();
  thread_.Join();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* RevocationWatchers::Watch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return RevocationWatcher::Launch(std::make_unique<RevocationWatcher>(*this, *context, *request));
}

absl::Status RevocationWatchers::Full() {
  uint64_t suppressed = 0;
  if (full_lines_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("The feed of revocations has all the readers that it takes",
                 {{"readers", watchers_.size()}, {"lines_suppressed", suppressed}});
  }
  return ResourceExhausted(Reason::kQueueFull,
                           absl::StrCat("The CA has ", options_.max_watchers,
                                        " readers of its revocations, which is all that it "
                                        "takes; have several verifiers share one"));
}

// Its own destructor finds it gone from here.
RevocationWatchers::Held::value_type RevocationWatchers::TakeOut(absl::string_view identity) {
  for (RevocationWatcher* watcher : watchers_) {
    if (watcher->identity() != identity) {
      continue;
    }
    CallLife::Hold hold = watcher->TryHold();
    watchers_.erase(watcher);
    // One that was finished leaves its place by itself.
    return {hold ? watcher : nullptr, std::move(hold)};
  }
  return {};
}

absl::Status RevocationWatchers::AddWithin(RevocationWatcher& watcher, Held::value_type* loser) {
  if (draining_) {
    return Unavailable(Reason::kDraining,
                       "The CA is shutting down; open a new stream to another one");
  }
  std::string losing;
  if (!places_.Take(watcher.identity(), &losing)) {
    return Full();
  }
  if (!losing.empty()) {
    Full().IgnoreError();
    *loser = TakeOut(losing);
  }
  watchers_.insert(&watcher);
  return absl::OkStatus();
}

absl::Status RevocationWatchers::Add(RevocationWatcher& watcher) {
  Held::value_type loser;
  absl::Status added;
  {
    absl::MutexLock lock(&mutex_);
    added = AddWithin(watcher, &loser);
  }
  if (loser.first != nullptr) {
    loser.first->GiveWay();
  }
  return added;
}

void RevocationWatchers::Remove(RevocationWatcher& watcher) {
  absl::MutexLock lock(&mutex_);
  if (watchers_.erase(&watcher) != 0) {
    places_.GiveBack(watcher.identity());
  }
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

bool RevocationWatchers::TakeTurns(const Held& held) {
  const absl::Time began = SteadyTime();
  std::vector<RevocationWatcher*> due;
  std::vector<WaitingReader> waiting;
  for (const auto& [watcher, hold] : held) {
    if (watcher->IsDue(began)) {
      due.push_back(watcher);
      waiting.push_back({watcher->identity(), watcher->told_at()});
    }
  }
  for (const size_t reader : InTurns(waiting)) {
    const absl::Time now = SteadyTime();
    if (now >= began + kMostOfTurns) {
      return true;
    }
    due[reader]->Turn(now);
  }
  return false;
}

void RevocationWatchers::Run() {
  Held held;
  while (true) {
    // Where nobody reads, an idle server sleeps.
    work_.WaitFor(size() == 0 ? absl::InfiniteDuration() : options_.interval);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
      for (RevocationWatcher* watcher : watchers_) {
        // One that was finished is about to be removed.
        if (CallLife::Hold hold = watcher->TryHold()) {
          held.emplace_back(watcher, std::move(hold));
        }
      }
    }
    const bool more = TakeTurns(held);
    held.clear();
    if (more) {
      Wake();
    }
  }
}

}  // namespace fleetca::service
