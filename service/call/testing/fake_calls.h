// Stands in for gRPC below a call, so that handlers run without a server and ThreadSanitizer sees
// all.
#ifndef FLEETCA_SERVICE_CALL_TESTING_FAKE_CALLS_H_
#define FLEETCA_SERVICE_CALL_TESTING_FAKE_CALLS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/call/wire_message.h"

namespace fleetca::testing {

// Runs what it is given on threads of its own, as gRPC runs callbacks. Thread-safe.
class FakeExecutor {
 public:
  explicit FakeExecutor(int threads = 2) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  ~FakeExecutor() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
    }
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  void Run(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
  }

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_) {
    while (true) {
      std::function<void()> task;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &FakeExecutor::Ready));
        if (tasks_.empty()) {
          return;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopped_ || !tasks_.empty(); }

  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

// What both kinds of call share: when OnDone may run, which is when the method has returned, Finish
// was called, the client knows the end, and nothing is outstanding. Counts misuse as test failures.
class FakeCall {
 public:
  explicit FakeCall(FakeExecutor& executor) : executor_(executor) {}
  virtual ~FakeCall() = default;

  // The client has gone, or its deadline has passed.
  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (cancelled_ || status_.has_value()) {
      return;
    }
    cancelled_ = true;
    WakePending();
    if (bound_) {
      ScheduleCancel();
    }
    Drop();  // the client knows
  }

  // The status, once the handler's object is gone.
  grpc::Status WaitUntilDone() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&done_), absl::Seconds(30))) {
      ADD_FAILURE() << "the call did not end";
      return grpc::Status(grpc::StatusCode::UNKNOWN, "the call did not end");
    }
    return *status_;
  }

  bool finished() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return status_.has_value();
  }

  grpc::CallbackServerContext context;

 protected:
  virtual grpc::internal::ServerReactor* handler() = 0;
  // A read that waits for a message is ended.
  virtual void WakePending() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {}

  // The method has returned, and its reactor was bound.
  void Bound() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    bound_ = true;
    if (cancelled_) {
      ScheduleCancel();
    }
    Drop();
  }

  void End(grpc::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    EXPECT_FALSE(status_.has_value()) << "finished twice";
    status_ = std::move(status);
    WakePending();
    if (!cancelled_) {
      Drop();  // the client knows
    }
    Drop();
  }

  // Runs `reaction` on another thread; the call stays until it has returned.
  void Schedule(std::function<void()> reaction) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++outstanding_;
    executor_.Run([this, reaction = std::move(reaction)] {
      reaction();
      absl::MutexLock lock(&mutex_);
      Drop();
    });
  }

  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (--outstanding_ == 0) {
      executor_.Run([this] {
        handler()->OnDone();
        absl::MutexLock lock(&mutex_);
        done_ = true;
      });
    }
  }

  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> status_ ABSL_GUARDED_BY(mutex_);

 private:
  void ScheduleCancel() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Schedule([this] { handler()->OnCancel(); });
  }

  FakeExecutor& executor_;
  bool bound_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  int outstanding_ ABSL_GUARDED_BY(mutex_) = 3;  // the method, Finish, the client
};

// The octets of a message, and any octets, as they come from the wire.
inline grpc::ByteBuffer Octets(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}
template <typename Message>
grpc::ByteBuffer OctetsOf(const Message& message) {
  grpc::ByteBuffer octets;
  service::WriteMessage(message, &octets);
  return octets;
}

// What is the same for all kinds of calls: `GrpcCall` is the kind's interface in gRPC, and
// `HandlerReactor` what a handler of such calls returns.
template <typename GrpcCall, typename HandlerReactor>
class FakeCallOf : public FakeCall, protected GrpcCall {
 public:
  using Reactor = HandlerReactor;

  using FakeCall::FakeCall;

  // Call it with what the method returned.
  void Bind(Reactor* reactor) {
    reactor_ = reactor;
    this->BindReactor(reactor);
    Bound();
  }

 protected:
  Reactor* handler_reactor() const { return reactor_; }

 private:
  grpc::internal::ServerReactor* handler() override { return reactor_; }
  grpc::internal::ServerReactor* reactor() override { return reactor_; }
  void CallOnDone() override {}
  void SendInitialMetadata() override {}
  void Finish(grpc::Status status) override { End(std::move(status)); }

  Reactor* reactor_ = nullptr;
};

class FakeUnaryCall : public FakeCallOf<grpc::ServerCallbackUnary, grpc::ServerUnaryReactor> {
 public:
  using FakeCallOf::FakeCallOf;

  template <typename Message>
  void SetRequest(const Message& message) {
    request = OctetsOf(message);
  }

  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

// Of an UploadCall; the message may come at any time after the call has begun.
class FakeUploadCall : public FakeCallOf<grpc::ServerCallbackReader<grpc::ByteBuffer>,
                                         grpc::ServerReadReactor<grpc::ByteBuffer>> {
 public:
  using FakeCallOf::FakeCallOf;

  // The client's side.
  template <typename Message>
  void Send(const Message& message) ABSL_LOCKS_EXCLUDED(mutex_) {
    SendOctets(OctetsOf(message));
  }
  void SendOctets(const grpc::ByteBuffer& octets) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    sent_ = octets;
    ServeRead();
  }
  // Ends its direction without a message.
  void SendNothing() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    ServeRead();
  }

  grpc::ByteBuffer response;

 private:
  void Read(grpc::ByteBuffer* into) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(reading_, nullptr) << "two reads at once";
    reading_ = into;
    ServeRead();
  }

  void WakePending() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { ServeRead(); }

  void ServeRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool over = closed_ || cancelled_ || status_.has_value();
    if (reading_ == nullptr || (!sent_.has_value() && !over)) {
      return;
    }
    const bool ok = sent_.has_value() && !cancelled_ && !status_.has_value();
    if (ok) {
      reading_->Swap(&*sent_);
      sent_.reset();
    }
    reading_ = nullptr;
    Schedule([this, ok] { handler_reactor()->OnReadDone(ok); });
  }

  grpc::ByteBuffer* reading_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::ByteBuffer> sent_ ABSL_GUARDED_BY(mutex_);
};

class FakeBidiCall
    : public FakeCallOf<grpc::ServerCallbackReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>,
                        grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>> {
 public:
  using FakeCallOf::FakeCallOf;

  // The client's side.
  template <typename Message>
  void Send(const Message& message) ABSL_LOCKS_EXCLUDED(mutex_) {
    SendOctets(OctetsOf(message));
  }
  void SendOctets(const grpc::ByteBuffer& octets) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    sent_.push_back(octets);
    ServeRead();
  }
  void SendNoMore() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    ServeRead();
  }
  // The next answer; nothing when the call ends, or after a while.
  template <typename Message>
  std::optional<Message> Receive() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &FakeBidiCall::HasAnswer), absl::Seconds(30));
    if (written_.empty()) {
      return std::nullopt;
    }
    Message message;
    EXPECT_TRUE(service::ReadMessage(written_.front(), &message).ok());
    written_.pop_front();
    return message;
  }
  // How many messages the handler has taken.
  int reads() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return reads_;
  }

 private:
  void WriteAndFinish(const grpc::ByteBuffer*, grpc::WriteOptions, grpc::Status) override {
    ADD_FAILURE() << "not used";
  }

  void Read(grpc::ByteBuffer* into) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(reading_, nullptr) << "two reads at once";
    EXPECT_FALSE(status_.has_value()) << "a read after Finish";
    reading_ = into;
    ServeRead();
  }
  void Write(const grpc::ByteBuffer* octets, grpc::WriteOptions) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    EXPECT_FALSE(writing_) << "two writes at once";
    EXPECT_FALSE(status_.has_value()) << "a write after Finish";
    writing_ = true;
    const bool ok = !cancelled_;
    if (ok) {
      written_.push_back(*octets);
    }
    Schedule([this, ok] {
      {
        absl::MutexLock inner(&mutex_);
        writing_ = false;
      }
      handler_reactor()->OnWriteDone(ok);
    });
  }

  void WakePending() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { ServeRead(); }

  void ServeRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (reading_ == nullptr) {
      return;
    }
    const bool over = cancelled_ || status_.has_value();
    if (sent_.empty() && !closed_ && !over) {
      return;
    }
    const bool ok = !over && !sent_.empty();
    if (ok) {
      reading_->Swap(&sent_.front());
      sent_.pop_front();
      ++reads_;
    }
    reading_ = nullptr;
    Schedule([this, ok] { handler_reactor()->OnReadDone(ok); });
  }

  bool HasAnswer() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !written_.empty() || status_.has_value();
  }

  grpc::ByteBuffer* reading_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<grpc::ByteBuffer> sent_ ABSL_GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> written_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_CALL_TESTING_FAKE_CALLS_H_
