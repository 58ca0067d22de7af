// A process with a store, for tests that end it in bad ways. Answers commands on its input, one
// line each; every answer is one line.
//
//   durability_driver <folder> <sync: 0 or 1>     answers "open", or the error of opening
//   append <number> <count>     Append of TestRecords(number, count)
//   get <number>                GetBySerial of TestRecord(number), and that it is the same
//   flood <number>              appends for ever with four threads, kFloodBatch records at a time
//                               from <number> on, and answers "ack <number>" after each
// An answer is "OK", or the status code's name and the reason's.
#include "store/durability_driver.h"

#include <unistd.h>

#include <atomic>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/rocksdb_store.h"
#include "store/test_record.h"

namespace fleetca::store {
namespace {

// One write, so that lines of several threads stay whole.
void Answer(const std::string& text) {
  const std::string line = text + "\n";
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    _exit(3);
  }
}

void AnswerStatus(const absl::Status& status) {
  if (status.ok()) {
    return Answer("OK");
  }
  std::cerr << status << "\n";
  const std::optional<Reason> reason = GetReason(status);
  Answer(absl::StrCat(absl::StatusCodeToString(status.code()), " ",
                      reason.has_value() ? ReasonName(*reason) : "no reason"));
}

absl::Status Get(const Store& store, uint64_t number) {
  const CertificateRecord expected = TestRecord(number);
  const absl::StatusOr<CertificateRecord> record = store.GetBySerial(expected.serial);
  if (record.ok() && !(*record == expected)) {
    return Internal(Reason::kInternal, "another record came back");
  }
  return record.status();
}

[[noreturn]] void Flood(Store& store, uint64_t first) {
  std::atomic<uint64_t> next = first;
  std::vector<std::thread> threads;
  for (int i = 0; i < kFloodThreads; ++i) {
    threads.emplace_back([&store, &next] {
      for (;;) {
        const uint64_t number = next.fetch_add(kFloodBatch);
        const absl::Status status = store.Append(TestRecords(number, kFloodBatch));
        if (!status.ok()) {
          return AnswerStatus(status);
        }
        Answer(absl::StrCat("ack ", number));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  _exit(kFloodRefused);
}

int Main(const std::string& folder, bool sync_writes) {
  RocksDbOptions options;
  options.path = folder;
  options.sync_writes = sync_writes;
  // Small, so that logs are switched and files written while the test lasts.
  options.memtable_bytes = size_t{1} << 20;
  const absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(options);
  if (!store.ok()) {
    AnswerStatus(store.status());
    return 1;
  }
  Answer("open");
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    uint64_t number = 0;
    size_t count = 0;
    words >> command >> number >> count;
    if (command == "append") {
      AnswerStatus((*store)->Append(TestRecords(number, count)));
    } else if (command == "get") {
      AnswerStatus(Get(**store, number));
    } else if (command == "flood") {
      Flood(**store, number);
    } else {
      return 2;
    }
  }
  return 0;
}

}  // namespace
}  // namespace fleetca::store

int main(int argc, char** argv) {
  return argc == 3 ? fleetca::store::Main(argv[1], std::string(argv[2]) == "1") : 2;
}
