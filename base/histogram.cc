#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace fleetca {

HistogramSnapshot::HistogramSnapshot(std::vector<Bucket> buckets, uint64_t sum)
    : buckets_(std::move(buckets)), sum_(sum) {
  std::erase_if(buckets_, [](const Bucket& bucket) { return bucket.count == 0; });
  for (const Bucket& bucket : buckets_) {
    count_ += bucket.count;
  }
}

double HistogramSnapshot::Mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

uint64_t HistogramSnapshot::Quantile(double fraction) const {
  const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  uint64_t seen = 0;
  for (const Bucket& bucket : buckets_) {
    seen += bucket.count;
    if (static_cast<double>(seen) >= wanted) {
      return bucket.upper_bound;
    }
  }
  return 0;
}

HistogramSnapshot HistogramSnapshot::Since(const HistogramSnapshot& earlier) const {
  std::vector<Bucket> buckets = buckets_;
  auto before = earlier.buckets_.begin();
  for (Bucket& bucket : buckets) {
    while (before != earlier.buckets_.end() && before->upper_bound < bucket.upper_bound) {
      ++before;
    }
    if (before != earlier.buckets_.end() && before->upper_bound == bucket.upper_bound) {
      bucket.count -= std::min(bucket.count, before->count);
    }
  }
  return HistogramSnapshot(std::move(buckets), sum_ - std::min(sum_, earlier.sum_));
}

Histogram::Histogram() : counts_(std::make_unique<Counts>()) {}

void Histogram::Record(uint64_t value) {
  value = std::min(value, kMaxValue);
  (*counts_)[IndexOf(value)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

HistogramSnapshot Histogram::Snapshot() const {
  std::vector<HistogramSnapshot::Bucket> buckets;
  for (size_t i = 0; i < kBuckets; ++i) {
    if (const uint64_t count = (*counts_)[i].load(std::memory_order_relaxed); count != 0) {
      buckets.push_back({UpperBoundOf(i), count});
    }
  }
  return HistogramSnapshot(std::move(buckets), sum_.load(std::memory_order_relaxed));
}

size_t Histogram::IndexOf(uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kPrecisionBits - 1);
  return (static_cast<size_t>(shift) << kPrecisionBits) + static_cast<size_t>(value >> shift);
}

uint64_t Histogram::UpperBoundOf(size_t index) {
  constexpr size_t kExact = size_t{2} << kPrecisionBits;
  if (index < kExact) {
    return index;
  }
  const size_t shift = (index >> kPrecisionBits) - 1;
  const uint64_t top = index - (shift << kPrecisionBits);
  return ((top + 1) << shift) - 1;
}

}  // namespace fleetca
