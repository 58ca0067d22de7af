#include "store/rocksdb/rocksdb_file_system.h"

#include <rocksdb/file_system.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

namespace fleetca::store {
namespace {

constexpr mode_t kFileMode = 0600;

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// The folder is the owner's, so nobody comes between the making of a file and this.
IOStatus Restrict(const std::string& path, IOStatus made) {
  if (made.ok() && chmod(path.c_str(), kFileMode) != 0) {
    return IOStatus::IOError("cannot set the mode of " + path,
                             std::generic_category().message(errno));
  }
  return made;
}

class OwnerOnlyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using rocksdb::FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "fleetca.OwnerOnlyFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* context) override {
    return Restrict(path, target()->NewWritableFile(path, options, result, context));
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* context) override {
    return Restrict(path, target()->ReopenWritableFile(path, options, result, context));
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             IODebugContext* context) override {
    return Restrict(path, target()->ReuseWritableFile(path, old_path, options, result, context));
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                           IODebugContext* context) override {
    return Restrict(path, target()->NewRandomRWFile(path, options, result, context));
  }
  IOStatus LockFile(const std::string& path, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* context) override {
    return Restrict(path, target()->LockFile(path, options, lock, context));
  }
};

}  // namespace

rocksdb::Env* OwnerOnlyEnv() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<OwnerOnlyFileSystem>(
                                                                rocksdb::FileSystem::Default()))
                                       .release();
  return env;
}

void KeepForOwner(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if ((it->status(ignored).permissions() & kOthers) != fs::perms::none) {
      fs::permissions(it->path(), kOthers, fs::perm_options::remove, ignored);
    }
  }
}

}  // namespace fleetca::store
