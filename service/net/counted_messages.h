// How many calls of a server there are.
#ifndef FLEETCA_SERVICE_NET_COUNTED_MESSAGES_H_
#define FLEETCA_SERVICE_NET_COUNTED_MESSAGES_H_

#include <grpcpp/support/message_allocator.h>

#include <atomic>

namespace fleetca::service {

// Counts the calls of a method from when their message has come until gRPC has forgotten them. A
// call whose answer the client does not take counts as well: a client that reads nothing, or that
// never acknowledges the server's settings, has more calls than GRPC_ARG_MAX_CONCURRENT_STREAMS
// allows. Thread-safe; the
// count outlives it, and it outlives the server.
template <typename Request, typename Response>
class CountedMessages : public grpc::MessageAllocator<Request, Response> {
 public:
  explicit CountedMessages(std::atomic<int>& count) : count_(count) {}

  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder(count_); }

 private:
  class Holder : public grpc::MessageHolder<Request, Response> {
   public:
    explicit Holder(std::atomic<int>& count) : count_(count) {
      ++count_;
      this->set_request(&request_);
      this->set_response(&response_);
    }
    ~Holder() override { --count_; }
    void Release() override { delete this; }

   private:
    std::atomic<int>& count_;
    Request request_;
    Response response_;
  };

  std::atomic<int>& count_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_COUNTED_MESSAGES_H_
