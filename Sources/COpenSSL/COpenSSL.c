/* SHA256_Init and what follows it are deprecated for EVP, which looks its algorithm up and allocates at each call. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"

void tollgate_sha256(const void *bytes, size_t count, unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
}
