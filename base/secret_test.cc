#include "base/secret.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <string>
#include <type_traits>

#include "absl/base/config.h"

namespace fleetca {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<std::string, SecretBytes>, "a secret is made on purpose");

constexpr char kShort[] = "hunter2";  // Fits inside the std::string object.
const char kLong[] = "a secret that is too long to be stored inside of a std::string object";

bool Contains(const void* memory, size_t size, absl::string_view needle) {
  return memmem(memory, size, needle.data(), needle.size()) != nullptr;
}

TEST(SecretBytesTest, HoldsItsBytes) {
  EXPECT_TRUE(SecretBytes().empty());
  const SecretBytes secret(absl::string_view("a\0b", 3));
  EXPECT_FALSE(secret.empty());
  EXPECT_EQ(secret.size(), 3u);
  EXPECT_EQ(secret.view(), absl::string_view("a\0b", 3));
}

TEST(SecretBytesTest, MoveTakesTheBytesAway) {
  for (const char* text : {kShort, kLong}) {
    SecretBytes from{absl::string_view(text)};
    SecretBytes to(std::move(from));
    EXPECT_EQ(to.view(), text);
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): its state is the point.
    SecretBytes assigned(absl::string_view("old"));
    assigned = std::move(to);
    EXPECT_EQ(assigned.view(), text);
    EXPECT_TRUE(to.empty());  // NOLINT(bugprone-use-after-move)
  }
}

TEST(SecretBytesTest, SelfMoveKeepsTheBytes) {
  SecretBytes secret{absl::string_view(kLong)};
  SecretBytes& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.view(), kLong);
}

TEST(SecretBytesTest, MoveLeavesNoShortSecretBehind) {
  SecretBytes from{absl::string_view(kShort)};
  ASSERT_TRUE(Contains(&from, sizeof(from), kShort));
  const SecretBytes to(std::move(from));
  EXPECT_FALSE(Contains(&from, sizeof(from), kShort));
}

TEST(SecretBytesTest, DestructorWipesTheObject) {
  alignas(SecretBytes) char memory[sizeof(SecretBytes)];
  auto* secret = new (memory) SecretBytes(absl::string_view(kShort));
  ASSERT_TRUE(Contains(memory, sizeof(memory), kShort));
  secret->~SecretBytes();
  // Through volatile, as the compiler may think that nobody reads a destroyed object.
  std::string after(sizeof(memory), '\0');
  for (size_t i = 0; i < after.size(); ++i) {
    after[i] = static_cast<volatile char*>(memory)[i];
  }
  EXPECT_FALSE(Contains(after.data(), after.size(), kShort));
}

TEST(WipeStringTest, ZeroesTheBufferAndEmptiesTheString) {
  std::string bytes = kLong;
  const char* buffer = bytes.data();
  const size_t size = bytes.size();
  WipeString(bytes);
  EXPECT_TRUE(bytes.empty());
  // clear() keeps the buffer, so it may still be looked at, up to the capacity.
  bytes.resize(1);
  EXPECT_EQ(bytes.data(), buffer);
  EXPECT_GE(bytes.capacity(), size);
#if !defined(ABSL_HAVE_ADDRESS_SANITIZER)
  EXPECT_FALSE(Contains(buffer, size, "secret"));
#endif
}

TEST(WipeStringTest, EmptyIsFine) {
  std::string bytes;
  WipeString(bytes);
  EXPECT_TRUE(bytes.empty());
}

}  // namespace
}  // namespace fleetca
