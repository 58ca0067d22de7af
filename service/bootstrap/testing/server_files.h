// A certificate and key for a port of a test. Made by openssl, so that nothing that signs is
// linked.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_TESTING_SERVER_FILES_H_
#define FLEETCA_SERVICE_BOOTSTRAP_TESTING_SERVER_FILES_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::testing {

// For "localhost", and its own root.
class ServerFiles {
 public:
  ServerFiles() {
    EXPECT_THAT(WriteNewFile(folder_.path() + "/openssl.cnf",
                             "[req]\ndistinguished_name=n\nx509_extensions=e\n[n]\n[e]\n"
                             "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n"
                             "keyUsage=critical,digitalSignature\n",
                             0644),
                IsOk());
    const std::string command = absl::StrCat(
        "umask 077 && openssl req -x509 -config ", folder_.path(),
        "/openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test ",
        "-keyout ", key_, " -out ", certificate_, " 2>&1");
    EXPECT_EQ(std::system(command.c_str()), 0);
  }

  const std::string& folder() const { return folder_.path(); }
  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }
  std::string CertificatePem() const { return *ReadFile(certificate_); }

 private:
  const TemporaryFolder folder_;
  const std::string certificate_ = folder_.path() + "/server.crt";
  const std::string key_ = folder_.path() + "/server.key";
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_BOOTSTRAP_TESTING_SERVER_FILES_H_
