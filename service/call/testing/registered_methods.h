// Which methods the gRPC servers of this process have, gRPC's own services included.
#ifndef FLEETCA_SERVICE_CALL_TESTING_REGISTERED_METHODS_H_
#define FLEETCA_SERVICE_CALL_TESTING_REGISTERED_METHODS_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fleetca::testing {

// Remembers the services of every server that is built after Install. gRPC's reflection finds what
// it lists in the same way. For one thread.
class RegisteredMethods {
 public:
  // To be called once, before a server is built; there is no way back in this process.
  static void Install() { grpc::ServerBuilder::InternalAddPluginFactory(&MakePlugin); }

  // The :path of every method of the server that was built last, which must still exist. Fails the
  // test for a service that has no descriptor, whose methods are unknown.
  static std::set<std::string> OfLastServer() {
    std::set<std::string> paths;
    for (const std::string& name : *Services()) {
      const google::protobuf::ServiceDescriptor* service =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
      if (service == nullptr) {
        ADD_FAILURE() << "The test links no descriptor of " << name;
        continue;
      }
      for (int i = 0; i < service->method_count(); ++i) {
        paths.insert(absl::StrCat("/", name, "/", service->method(i)->name()));
      }
    }
    return paths;
  }

 private:
  class Plugin : public grpc::ServerBuilderPlugin {
   public:
    std::string name() override { return "fleetca_registered_methods"; }
    void InitServer(grpc::ServerInitializer*) override {}
    // The list is the server's own, and so has in the end what is registered later.
    void Finish(grpc::ServerInitializer* initializer) override {
      Services() = initializer->GetServiceList();
    }
    void ChangeArguments(const std::string&, void*) override {}
  };

  static std::unique_ptr<grpc::ServerBuilderPlugin> MakePlugin() {
    return std::make_unique<Plugin>();
  }
  static const std::vector<std::string>*& Services() {
    static const std::vector<std::string>* services = nullptr;
    return services;
  }
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_CALL_TESTING_REGISTERED_METHODS_H_
