// How values are distributed: latencies, sizes. Three significant digits over twelve decades.
#ifndef FLEETCA_BASE_HISTOGRAM_H_
#define FLEETCA_BASE_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace fleetca {

// What a histogram held at one moment. A value; its quantiles are off by at most one part in 1,024.
class HistogramSnapshot {
 public:
  // Values up to and including `upper_bound`, above the bucket before.
  struct Bucket {
    uint64_t upper_bound = 0;
    uint64_t count = 0;

    friend bool operator==(const Bucket&, const Bucket&) = default;
  };

  HistogramSnapshot() = default;
  // `buckets` ascend by upper_bound; those with a count of 0 are left out.
  HistogramSnapshot(std::vector<Bucket> buckets, uint64_t sum);

  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  const std::vector<Bucket>& buckets() const { return buckets_; }
  double Mean() const;
  // The smallest bucket's upper bound that at least `fraction` (0 to 1) of the values do not
  // exceed; 0 when there are none.
  uint64_t Quantile(double fraction) const;
  uint64_t Max() const { return Quantile(1); }

  // What came after `earlier`, a snapshot of the same histogram.
  HistogramSnapshot Since(const HistogramSnapshot& earlier) const;

 private:
  std::vector<Bucket> buckets_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
};

// Counts values in buckets whose width is at most 1/1,024 of their value: exact below 2,048, up to
// 2^40; what is larger counts as that. The unit is the user's. A quarter of a megabyte each.
// Thread-safe and without locks: Record costs two relaxed additions.
class Histogram {
 public:
  static constexpr uint64_t kMaxValue = (uint64_t{1} << 40) - 1;

  Histogram();

  void Record(uint64_t value);

  // Counts that are being added meanwhile may be in it or not.
  HistogramSnapshot Snapshot() const;

 private:
  // A value of b bits above the first 11 keeps its highest 11: 1,024 buckets for each b.
  static constexpr int kPrecisionBits = 10;
  static constexpr size_t kBuckets = (size_t{1} << kPrecisionBits) * (40 - kPrecisionBits + 1);

  static size_t IndexOf(uint64_t value);
  static uint64_t UpperBoundOf(size_t index);

  using Counts = std::array<std::atomic<uint64_t>, kBuckets>;

  const std::unique_ptr<Counts> counts_;
  std::atomic<uint64_t> sum_{0};
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_HISTOGRAM_H_
