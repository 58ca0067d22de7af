#include "client/agent/generation_outputs.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "client/files/credential_files.h"
#include "client/files/file_generations.h"
#include "client/files/pkcs12_files.h"
#include "client/files/store_passphrase.h"

namespace fleetca::client {
namespace {

// Certificates and roots are for everybody who uses the host; each key's file has a mode of its
// own.
constexpr mode_t kGenerationMode = 0755;

bool WantsPem(const CredentialFileOptions& files) {
  return !files.credential_bundle.empty() || !files.private_key.empty() ||
         !files.certificate.empty() || !files.combined.empty() || !files.trust_bundle.empty();
}

class GenerationOutputs : public OutputFiles {
 public:
  GenerationOutputs(OutputOptions options, std::unique_ptr<FileGenerations> files)
      : options_(std::move(options)), files_(std::move(files)) {}

  absl::Status Put(const Credential& credential) override {
    std::vector<PlacedFile> made;
    if (WantsPem(options_.files)) {
      FLEETCA_ASSIGN_OR_RETURN(made, MakeCredentialFiles(credential, options_.files));
    }
    if (!options_.pkcs12.empty() || !options_.truststore.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(std::vector<PlacedFile> stores, MakeStores(credential));
      made.insert(made.end(), std::make_move_iterator(stores.begin()),
                  std::make_move_iterator(stores.end()));
    }
    return files_->Put(made).status();
  }

  absl::StatusOr<uint64_t> Generation() const override { return files_->Generation(); }
  absl::Status InPlace() override { return files_->InPlace(); }
  absl::Status Release() override { return files_->Release(); }
  absl::StatusOr<Credential> Placed() const override {
    FLEETCA_ASSIGN_OR_RETURN(const uint64_t generation, files_->Generation());
    const CredentialFileOptions& names = options_.files;
    for (const std::string* name :
         {&names.credential_bundle, &names.combined, &names.certificate}) {
      if (generation == 0 || name->empty()) {
        continue;
      }
      FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, files_->Read(*name));
      FLEETCA_ASSIGN_OR_RETURN(Credential placed, ParseCredentialFile(contents.view()));
      if (placed.private_key_pem.empty() && !names.private_key.empty()) {
        FLEETCA_ASSIGN_OR_RETURN(placed.private_key_pem, files_->Read(names.private_key));
      }
      return placed;
    }
    return Credential();
  }

 private:
  // The passphrase is read each time, as somebody may change it.
  absl::StatusOr<std::vector<PlacedFile>> MakeStores(const Credential& credential) const {
    FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase,
                             ReadStorePassphrase(options_.passphrase_file));
    return MakePkcs12Files(credential,
                           {.keystore = options_.pkcs12,
                            .truststore = options_.truststore,
                            .secret_mode = options_.files.secret_mode,
                            .public_mode = options_.files.public_mode},
                           passphrase, *files_);
  }

  const OutputOptions options_;
  const std::unique_ptr<FileGenerations> files_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFiles>> OpenOutputs(const OutputOptions& options,
                                                         BeforeStep before_step) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<FileGenerations> files,
                           FileGenerations::Open({.folder = options.folder,
                                                  .owner = options.owner,
                                                  .generation_mode = kGenerationMode,
                                                  .before_step = std::move(before_step)}));
  return std::make_unique<GenerationOutputs>(options, std::move(files));
}

}  // namespace fleetca::client
