// Runs durability_driver (durability_driver.cc) and talks to it.
#ifndef FLEETCA_STORE_TESTING_DURABILITY_DRIVER_H_
#define FLEETCA_STORE_TESTING_DURABILITY_DRIVER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fleetca::store {

// Records in one Write of "flood", and uses of each token of "tokens".
inline constexpr uint64_t kFloodBatch = 3;
inline constexpr int kFloodThreads = 4;
// How the driver exits once each of flood's threads was refused.
inline constexpr int kFloodRefused = 4;

class DurabilityDriver {
 public:
  // Starts it on `folder`. With a non-empty `shim_folder` it runs with //tests/crash's library,
  // which watches `watched`; `<shim_folder>/control` is its control file.
  DurabilityDriver(const std::string& folder, bool sync_writes, const std::string& watched = "",
                   const std::string& shim_folder = "");
  // Ends it as Kill does.
  ~DurabilityDriver();
  DurabilityDriver(const DurabilityDriver&) = delete;
  DurabilityDriver& operator=(const DurabilityDriver&) = delete;

  // The next line it answers; "" when there is none any more.
  std::string Read();
  // Sends a command and reads the answer.
  std::string Ask(const std::string& command);
  void Send(const std::string& command);

  // SIGKILL. What it had answered before can still be read.
  void Kill();
  // Ends its input, and waits until it has closed the store. Its exit code; -1 after a signal.
  int Finish();

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string buffer_;
};

// Runs powercut_apply; false when it fails.
bool ApplyPowerCut(const std::string& watched, const std::string& shim_folder);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_DURABILITY_DRIVER_H_
