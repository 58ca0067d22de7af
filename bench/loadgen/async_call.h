// One call with one answer, on the event loop, in an object that is used again.
#ifndef FLEETCA_BENCH_LOADGEN_ASYNC_CALL_H_
#define FLEETCA_BENCH_LOADGEN_ASYNC_CALL_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/loadgen/event_loop.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "grpcpp/support/status.h"
#include "grpcpp/support/time.h"

namespace fleetca::loadgen {

// `Note` is what its user wants to know again when the answer comes. Thread-compatible.
template <typename Request, typename Response, typename Note>
class AsyncCall final : public Event {
 public:
  // `on_done` is called once for each Start.
  explicit AsyncCall(std::function<void(AsyncCall&)> on_done) : on_done_(std::move(on_done)) {}

  Request request;
  Response response;
  grpc::Status status;
  Note note;

  // `method` is one of the stub's Async methods.
  template <typename Stub>
  void Start(Stub& stub,
             std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
                 grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
             EventLoop& loop, absl::Duration timeout) {
    context_.emplace();
    context_->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    response.Clear();
    reader_ = (stub.*method)(&*context_, request, loop.queue());
    reader_->Finish(&response, &status, this);
  }

  // The answer will be CANCELLED, unless it is there already.
  void Cancel() {
    if (context_.has_value()) {
      context_->TryCancel();
    }
  }

  void Proceed(bool ok) override {
    reader_.reset();
    context_.reset();
    on_done_(*this);
  }

 private:
  const std::function<void(AsyncCall&)> on_done_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader_;
};

// As many objects as were ever in use at once. Thread-compatible.
template <typename Item>
class FreeList {
 public:
  explicit FreeList(std::function<std::unique_ptr<Item>()> make) : make_(std::move(make)) {}

  Item& Take() {
    if (free_.empty()) {
      all_.push_back(make_());
      return *all_.back();
    }
    Item& item = *free_.back();
    free_.pop_back();
    return item;
  }
  void Return(Item& item) { free_.push_back(&item); }

  template <typename Function>
  void ForEach(Function function) {
    for (const std::unique_ptr<Item>& item : all_) {
      function(*item);
    }
  }

 private:
  const std::function<std::unique_ptr<Item>()> make_;
  std::vector<std::unique_ptr<Item>> all_;
  std::vector<Item*> free_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_ASYNC_CALL_H_
