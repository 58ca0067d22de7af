#include "base/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace fleetca {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Bucket = HistogramSnapshot::Bucket;

TEST(HistogramTest, EmptyHasNothing) {
  const HistogramSnapshot snapshot = Histogram().Snapshot();
  EXPECT_EQ(snapshot.count(), 0u);
  EXPECT_EQ(snapshot.Quantile(0.5), 0u);
  EXPECT_EQ(snapshot.Mean(), 0);
  EXPECT_THAT(snapshot.buckets(), IsEmpty());
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (uint64_t value : {0, 1, 1, 2047}) {
    histogram.Record(value);
  }
  const HistogramSnapshot snapshot = histogram.Snapshot();
  EXPECT_THAT(snapshot.buckets(), ElementsAre(Bucket{0, 1}, Bucket{1, 2}, Bucket{2047, 1}));
  EXPECT_EQ(snapshot.sum(), 2049u);
  EXPECT_EQ(snapshot.Quantile(0), 0u);
  EXPECT_EQ(snapshot.Quantile(0.5), 1u);
  EXPECT_EQ(snapshot.Quantile(0.76), 2047u);
  EXPECT_EQ(snapshot.Max(), 2047u);
}

// Every value lies in a bucket whose bound is not below it and less than 1/1,024 above it, on both
// sides of each power of two.
TEST(HistogramTest, BoundsAreWithinThePrecision) {
  for (int bits = 0; bits < 40; ++bits) {
    for (const int64_t offset : {-1, 0, 1}) {
      const uint64_t value = (uint64_t{1} << bits) + static_cast<uint64_t>(offset);
      Histogram histogram;
      histogram.Record(value);
      const uint64_t bound = histogram.Snapshot().Max();
      EXPECT_GE(bound, value);
      EXPECT_LE(bound - value, value / 1024) << value;
    }
  }
}

TEST(HistogramTest, WhatIsTooLargeCountsAsTheLargest) {
  Histogram histogram;
  histogram.Record(~uint64_t{0});
  EXPECT_EQ(histogram.Snapshot().Max(), Histogram::kMaxValue);
}

TEST(HistogramTest, QuantilesOfAThousand) {
  Histogram histogram;
  for (uint64_t value = 1; value <= 1000; ++value) {
    histogram.Record(value);
  }
  const HistogramSnapshot snapshot = histogram.Snapshot();
  EXPECT_EQ(snapshot.Quantile(0.5), 500u);
  EXPECT_EQ(snapshot.Quantile(0.99), 990u);
  EXPECT_EQ(snapshot.Quantile(0.999), 999u);
  EXPECT_DOUBLE_EQ(snapshot.Mean(), 500.5);
}

TEST(HistogramTest, SinceIsWhatCameAfter) {
  Histogram histogram;
  histogram.Record(5);
  histogram.Record(7);
  const HistogramSnapshot before = histogram.Snapshot();
  histogram.Record(7);
  histogram.Record(9);
  const HistogramSnapshot after = histogram.Snapshot().Since(before);
  EXPECT_THAT(after.buckets(), ElementsAre(Bucket{7, 1}, Bucket{9, 1}));
  EXPECT_EQ(after.sum(), 16u);
  EXPECT_EQ(after.count(), 2u);
}

TEST(HistogramTest, ThreadsLoseNothing) {
  Histogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&histogram] {
      for (int n = 0; n < 10'000; ++n) {
        histogram.Record(static_cast<uint64_t>(n));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(histogram.Snapshot().count(), 40'000u);
}

}  // namespace
}  // namespace fleetca
