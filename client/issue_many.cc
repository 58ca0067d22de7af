#include "client/issue_many.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/thread.h"
#include "client/backoff.h"

namespace fleetca::client {
namespace {

// On one stream, whose deadline is for all of them.
constexpr size_t kRound = 1000;

class ManyRequests {
 public:
  using Done = std::function<void(size_t, const absl::StatusOr<Issued>&)>;

  ManyRequests(const CaClient& client, absl::Span<const IssueOptions> requests, const Done& done)
      : client_(client), requests_(requests), done_(done), settled_(requests.size(), false) {
    for (size_t i = 0; i < requests_.size(); ++i) {
      left_.push_back(i);
    }
  }

  void Run() {
    std::optional<Backoff> backoff;
    backoff.emplace(client_.StartBackoff());
    while (!left_.empty()) {
      const size_t before = left_.size();
      const absl::Status failure = RunRound();
      if (left_.size() < before) {
        backoff.emplace(client_.StartBackoff());
      }
      if (failure.ok()) {
        continue;
      }
      const std::optional<absl::Duration> delay = backoff->DelayAfter(failure);
      if (!delay.has_value()) {
        for (const size_t index : std::exchange(left_, {})) {
          done_(index, failure);
        }
        return;
      }
      client_.Wait(*delay);
    }
  }

 private:
  // Asks for the first of what is left, and takes what is settled out of it. The failure after
  // which some of it must be asked for again.
  absl::Status RunRound() {
    const size_t size = std::min(left_.size(), kRound);
    const absl::Span<const size_t> asked = absl::MakeConstSpan(left_).first(size);
    FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<IssueStream> stream,
                             client_.OpenStream(client_.deadline()));
    std::vector<std::pair<size_t, absl::Status>> unsendable;
    FLEETCA_ASSIGN_OR_RETURN(Thread sender,
                             Thread::Start("sender", [&] { unsendable = Send(*stream, asked); }));
    absl::Status failure = Receive(*stream);
    sender.Join();
    for (const auto& [index, status] : unsendable) {
      Settle(index, status);
    }
    left_.erase(std::remove_if(left_.begin(), left_.end(),
                               [this](size_t index) { return settled_[index]; }),
                left_.end());
    return failure;
  }

  // Those that are no requests.
  std::vector<std::pair<size_t, absl::Status>> Send(IssueStream& stream,
                                                    absl::Span<const size_t> asked) const {
    std::vector<std::pair<size_t, absl::Status>> unsendable;
    for (const size_t index : asked) {
      const absl::Status sent = stream.Send(index, requests_[index]);
      if (absl::IsUnavailable(sent)) {
        break;  // Receive says why
      }
      if (!sent.ok()) {
        unsendable.emplace_back(index, sent);
      }
    }
    stream.FinishSending();
    return unsendable;
  }

  absl::Status Receive(IssueStream& stream) {
    absl::Status failure;
    while (true) {
      absl::StatusOr<std::optional<StreamAnswer>> answer = stream.Receive();
      if (!answer.ok()) {
        return answer.status();
      }
      if (!answer->has_value()) {
        return failure;
      }
      const absl::StatusOr<Issued>& result = (*answer)->result;
      if (!result.ok() && IsRetryable(result.status())) {
        failure = result.status();
        continue;
      }
      Settle((*answer)->id, result);
    }
  }

  void Settle(size_t index, const absl::StatusOr<Issued>& result) {
    settled_[index] = true;
    done_(index, result);
  }

  const CaClient& client_;
  const absl::Span<const IssueOptions> requests_;
  const Done& done_;
  std::vector<size_t> left_;
  std::vector<bool> settled_;
};

}  // namespace

void IssueMany(
    const CaClient& client, absl::Span<const IssueOptions> requests,
    const std::function<void(size_t index, const absl::StatusOr<Issued>& result)>& done) {
  ManyRequests(client, requests, done).Run();
}

}  // namespace fleetca::client
