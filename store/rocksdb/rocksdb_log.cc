#include "store/rocksdb/rocksdb_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/time_text.h"

namespace fleetca::store {
namespace {

constexpr off_t kMaxFileBytes = off_t{1} << 20;
constexpr size_t kMaxLineBytes = 4096;

class RocksDbLog : public rocksdb::Logger {
 public:
  explicit RocksDbLog(const std::string& path)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), path_(path) {
    absl::MutexLock lock(&mutex_);
    Open();
  }

  ~RocksDbLog() override {
    absl::MutexLock lock(&mutex_);
    CloseFile();
  }

  using rocksdb::Logger::Logv;

  void Logv(const char* format, va_list arguments) override {
    char text[kMaxLineBytes];
    const int size = std::vsnprintf(text, sizeof(text), format, arguments);
    if (size < 0) {
      return;
    }
    const absl::string_view kept(text, std::min(static_cast<size_t>(size), sizeof(text) - 1));
    const std::string line = absl::StrCat(TimeToText(absl::Now()), " ", kept, "\n");
    absl::MutexLock lock(&mutex_);
    RollIfFull();
    [[maybe_unused]] const ssize_t written = write(fd_, line.data(), line.size());
  }

  // All options, at every opening: 45 KB that say nothing new.
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }

 private:
  void Open() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }

  void CloseFile() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  void RollIfFull() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (fd_ >= 0 && lseek(fd_, 0, SEEK_END) > kMaxFileBytes &&
        std::rename(path_.c_str(), absl::StrCat(path_, ".old").c_str()) == 0) {
      CloseFile();
      Open();
    }
  }

  const std::string path_;
  absl::Mutex mutex_;
  int fd_ ABSL_GUARDED_BY(mutex_) = -1;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> MakeRocksDbLog(const std::string& path) {
  return std::make_shared<RocksDbLog>(path);
}

}  // namespace fleetca::store
