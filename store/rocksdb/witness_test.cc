#include "store/rocksdb/witness.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace fleetca::store {
namespace {

constexpr char kText[] =
    "fleetca store format 1\ninstance 0abc\ncreated 2024-02-29T23:59:58Z\nfinished\n";

Witness Sample() {
  Witness witness;
  witness.instance_id = 0x0abc;
  witness.created = absl::FromUnixSeconds(1709251198);
  witness.finished = true;
  return witness;
}

// Pinned: what a release wrote, every later one must read.
TEST(WitnessTest, FormatOneStaysAsItIs) {
  EXPECT_EQ(FormatWitness(Sample()), kText);
  const absl::StatusOr<Witness> parsed = ParseWitness(kText, "w");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, Sample());
}

TEST(WitnessTest, UnfinishedComesBack) {
  Witness witness = Sample();
  witness.finished = false;
  const absl::StatusOr<Witness> parsed = ParseWitness(FormatWitness(witness), "w");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, witness);
}

TEST(WitnessTest, NoChangeGoesUnseen) {
  const std::string text = kText;
  for (size_t at = 0; at < text.size(); ++at) {
    std::string cut = text.substr(0, at);
    EXPECT_EQ(ParseWitness(cut, "w").status().code(), absl::StatusCode::kDataLoss) << cut;
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const absl::StatusOr<Witness> parsed = ParseWitness(flipped, "w");
      // Another instance or date is found by the copy in the database.
      if (parsed.ok()) {
        EXPECT_FALSE(*parsed == Sample()) << flipped;
        EXPECT_TRUE(parsed->finished) << flipped;
      }
    }
  }
  const absl::Status status = ParseWitness(text + "\n", "w").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
}

TEST(WitnessTest, ANewerFormatIsNamed) {
  const absl::Status status = ParseWitness("fleetca store format 12\nanything\n", "w").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_NE(status.message().find("format 12"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace fleetca::store
