// A signer that fails for tests: an LD_PRELOAD library under whose hand EVP_PKEY_sign fails while
// the file that SIGNER_FAULT_CONTROL names exists. TLS signs inside libcrypto and is not touched.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*Sign)(void* context, unsigned char* signature, size_t* size,
                    const unsigned char* digest, size_t digest_size);

int EVP_PKEY_sign(void* context, unsigned char* signature, size_t* size,
                  const unsigned char* digest, size_t digest_size) {
  static Sign real;
  if (real == NULL) {
    *(void**)&real = dlsym(RTLD_NEXT, "EVP_PKEY_sign");
  }
  const char* control = getenv("SIGNER_FAULT_CONTROL");
  if (real == NULL || (control != NULL && access(control, F_OK) == 0)) {
    return 0;
  }
  return real(context, signature, size, digest, digest_size);
}
