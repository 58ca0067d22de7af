// One caller that asks for as much as it can, and others that ask for one certificate at a time:
// the queue, the workers, the issuer with its cryptography, and a store on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/workers.h"
#include "store/rocksdb/rocksdb_store.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/rsa8192_csr.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_issuer.h"

namespace fleetca {
namespace {

using service::Issuance;
using service::IssuedCertificate;
using service::IssueQueue;
using testing::MakeCsr;
using testing::TestIssuer;

constexpr absl::string_view kGreedy = "spiffe://fleet.test/svc/greedy";
constexpr size_t kOthers = 4;
constexpr size_t kBatches = 40;
constexpr size_t kBatchItems = 1000;
constexpr absl::Duration kMeasured = absl::Seconds(1);
// The bars are for a machine whose processors are the test's own; on a busy one a good round comes,
// and what a lone call waits says how busy it is.
constexpr int kRounds = 4;
constexpr absl::Duration kBar = absl::Milliseconds(30);
constexpr int kBusyFactor = 8;

std::shared_ptr<const service::Caller> CallerOf(absl::string_view identity) {
  return std::make_shared<const service::Caller>(
      service::CertificateCaller{.spiffe_id = std::string(identity)});
}

// As the gRPC services do it: what finds no room is answered at once.
void Submit(IssueQueue& queue, absl::Span<Issuance* const> issuances) {
  absl::Status refusal;
  const size_t queued = queue.TryPush(issuances, &refusal);
  for (Issuance* issuance : issuances.subspan(queued)) {
    issuance->Answer(refusal);
  }
}

// A server without gRPC: two processors, as the servers of the fleet have.
class FairShareTest : public ::testing::Test {
 protected:
  FairShareTest() {
    store::RocksDbOptions options;
    options.path = folder_.path() + "/store";
    auto store = store::OpenRocksDbStore(options);
    EXPECT_THAT(store, testing::IsOk());
    store_ = *std::move(store);
    service::PolicyOptions policy = testing::TestPolicyOptions();
    policy.rules.push_back({.name = "greedy",
                            .identity = "/svc/greedy",
                            .profiles = {"service"},
                            .issue_for = {"/svc/*"}});
    ca_ = std::make_unique<TestIssuer>(testing::TestIssuerOptions{
        .policy = policy, .store = store_.get(), .clock = &Clock::System()});
    queue_ = std::make_unique<IssueQueue>(IssueQueue::Options{
        .capacity = 10000, .issuer_key = ca_->issuer().issuing_key(), .workers = 3});
    auto workers = service::IssueWorkers::Start(*queue_, ca_->issuer(), 3, 64);
    EXPECT_THAT(workers, testing::IsOk());
    workers_ = *std::move(workers);
  }

  testing::TemporaryFolder folder_{"/var/tmp"};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<TestIssuer> ca_;
  std::unique_ptr<IssueQueue> queue_;
  std::unique_ptr<service::IssueWorkers> workers_;
};

// A caller with many batches in flight: each is asked again as soon as it is answered.
class GreedyCaller {
 public:
  GreedyCaller(IssueQueue& queue, absl::string_view csr) : queue_(queue) {
    for (size_t i = 0; i < kBatches; ++i) {
      batches_.emplace_back(*this, csr);
    }
    thread_ = std::thread([this] {
      while (!stop_) {
        for (Batch& batch : batches_) {
          batch.SubmitAgain(queue_);
        }
        absl::SleepFor(absl::Milliseconds(5));  // as long as an answer takes over a network
      }
      for (Batch& batch : batches_) {
        batch.GiveUp();
      }
    });
  }
  ~GreedyCaller() {
    stop_ = true;
    thread_.join();
  }

  std::atomic<uint64_t> issued{0};
  std::atomic<uint64_t> refused{0};

 private:
  class Item : public Issuance {
   public:
    void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
      ++(outcome.ok() ? caller_->issued : caller_->refused);
      if (!outcome.ok() && !cancelled) {
        EXPECT_EQ(GetReason(outcome.status()), Reason::kCallerShareFull) << outcome.status();
      }
      --*unanswered_;
    }

    GreedyCaller* caller_ = nullptr;
    std::atomic<size_t>* unanswered_ = nullptr;
  };

  class Batch {
   public:
    Batch(GreedyCaller& caller, absl::string_view csr) {
      for (size_t i = 0; i < kBatchItems; ++i) {
        Item& item = items_.emplace_back();
        item.caller_ = &caller;
        item.unanswered_ = &unanswered_;
        item.caller = CallerOf(kGreedy);
        item.request.csr_der = csr;
        item.request.profile = "service";
        pointers_.push_back(&item);
      }
    }
    void SubmitAgain(IssueQueue& queue) {
      if (unanswered_ == 0) {
        unanswered_ = items_.size();
        Submit(queue, pointers_);
      }
    }
    void GiveUp() {
      for (Item& item : items_) {
        item.cancelled = true;
      }
      while (unanswered_ > 0) {
        absl::SleepFor(absl::Milliseconds(1));
      }
    }

   private:
    std::deque<Item> items_;
    std::vector<Issuance*> pointers_;
    std::atomic<size_t> unanswered_{0};
  };

  IssueQueue& queue_;
  std::deque<Batch> batches_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// One certificate for an identity of its own, from call to answer.
class OneCall : public Issuance {
 public:
  OneCall(absl::string_view identity, absl::string_view csr) {
    caller = CallerOf(identity);
    request.csr_der = csr;
    request.profile = "service";
  }
  void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
    status = outcome.status();
    done.Notify();
  }

  absl::Status status;
  absl::Notification done;
};

// The median of what others waited for single certificates during `kMeasured`, none refused.
absl::Duration OthersMedian(IssueQueue& queue) {
  std::vector<std::vector<absl::Duration>> waits(kOthers);
  std::vector<std::thread> others;
  const absl::Time end = absl::Now() + kMeasured;
  for (size_t i = 0; i < kOthers; ++i) {
    others.emplace_back([&queue, end, i, &mine = waits[i]] {
      const std::string identity = absl::StrCat("spiffe://fleet.test/svc/other-", i);
      const std::string csr = MakeCsr({.names = {{x509::NameType::kUri, identity}}});
      while (absl::Now() < end) {
        OneCall call(identity, csr);
        Issuance* issuance = &call;
        const absl::Time start = absl::Now();
        Submit(queue, {&issuance, 1});
        call.done.WaitForNotification();
        mine.push_back(absl::Now() - start);
        FLEETCA_EXPECT_OK(call.status);
        absl::SleepFor(absl::Milliseconds(10));
      }
    });
  }
  for (std::thread& other : others) {
    other.join();
  }
  std::vector<absl::Duration> all;
  for (const auto& mine : waits) {
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

struct Measured {
  absl::Duration median;
  uint64_t issued = 0;
  uint64_t refused = 0;
};

Measured MeasureDuring(IssueQueue& queue, absl::string_view name, absl::string_view csr) {
  GreedyCaller greedy(queue, csr);
  absl::SleepFor(absl::Milliseconds(300));
  const Measured measured{OthersMedian(queue), greedy.issued, greedy.refused};
  std::printf("%s: others' p50 %s, %llu certificates for the greedy one, %llu refused\n",
              std::string(name).c_str(), absl::FormatDuration(measured.median).c_str(),
              static_cast<unsigned long long>(measured.issued),
              static_cast<unsigned long long>(measured.refused));
  return measured;
}

TEST_F(FairShareTest, Checklist43_FortyBatchesOfOneCallerLeaveOthersTheirTime) {
  const absl::Duration alone = OthersMedian(*queue_);
  std::printf("alone: p50 %s\n", absl::FormatDuration(alone).c_str());
  const absl::Duration bar = std::max(kBar, kBusyFactor * alone);
  absl::Duration median = absl::InfiniteDuration();
  for (int round = 0; round < kRounds && median >= bar; ++round) {
    const Measured measured = MeasureDuring(*queue_, "P-256", MakeCsr());
    EXPECT_GT(measured.issued, 0u);
    EXPECT_GT(measured.refused, 0u);
    median = measured.median;
  }
  EXPECT_LT(median, bar);
  EXPECT_GT(queue_->stats().share_full, 0u);
  EXPECT_EQ(queue_->stats().queue_full, 0u);
}

TEST_F(FairShareTest, Checklist43_DearKeysBuyNoMoreTimeThanCheapOnes) {
  for (const auto& [name, csr] : std::vector<std::pair<std::string, std::string>>{
           {"P-384", MakeCsr({.key_type = KeyType::kP384})}, {"RSA-8192", testing::Rsa8192Csr()}}) {
    bool passed = false;
    for (int round = 0; round < kRounds && !passed; ++round) {
      const absl::Duration cheap = MeasureDuring(*queue_, "P-256", MakeCsr()).median;
      const Measured dear = MeasureDuring(*queue_, name, csr);
      EXPECT_GT(dear.issued, 0u) << name;
      passed = dear.median < 2 * cheap;
    }
    EXPECT_TRUE(passed) << name;
  }
}

}  // namespace
}  // namespace fleetca
