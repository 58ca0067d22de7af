// The owner of a file descriptor.
#ifndef FLEETCA_BASE_DESCRIPTOR_H_
#define FLEETCA_BASE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace fleetca {

// Owns one file descriptor, or none while it is empty, and closes the descriptor when the owner
// ends. Use it for sockets, pipes and files that are only read: closing a file that was written can
// fail, and that error must be looked at (base/file.h). Thread-compatible.
class Descriptor {
 public:
  Descriptor() = default;
  // Takes `fd` over; a negative one, as a failed call returns it, makes an empty owner.
  explicit Descriptor(int fd) : fd_(fd < 0 ? -1 : fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Reset(other.Release());
    }
    return *this;
  }
  ~Descriptor() { Reset(); }

  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Gives the descriptor away; the owner is empty from then on.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

  void Reset(int fd = -1) {
    if (fd_ >= 0) {
      close(fd_);
    }
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_DESCRIPTOR_H_
