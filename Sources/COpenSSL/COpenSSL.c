/* SHA256_Init and what follows it are deprecated for EVP, which looks its algorithm up and allocates at each call. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

void tollgate_sha256(const void *bytes, size_t count, unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
}

/* RFC 2104. OpenSSL's HMAC looks its algorithm up and allocates as EVP does. */
void tollgate_hmac_sha256(const void *key, size_t key_count, const void *message, size_t count, unsigned char *mac) {
    SHA256_CTX context;
    unsigned char block[SHA256_CBLOCK] = {0};
    if (key_count > sizeof block) tollgate_sha256(key, key_count, block);
    else if (key_count > 0) memcpy(block, key, key_count);
    for (size_t index = 0; index < sizeof block; index++) block[index] ^= 0x36;
    SHA256_Init(&context);
    SHA256_Update(&context, block, sizeof block);
    SHA256_Update(&context, message, count);
    SHA256_Final(mac, &context);
    for (size_t index = 0; index < sizeof block; index++) block[index] ^= 0x36 ^ 0x5c;
    SHA256_Init(&context);
    SHA256_Update(&context, block, sizeof block);
    SHA256_Update(&context, mac, SHA256_DIGEST_LENGTH);
    SHA256_Final(mac, &context);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(&context, sizeof context);
}

/* Without it OpenSSL asks for a password at the terminal. */
static int no_password(char *buffer, int size, int is_writing, void *context) {
    (void)buffer, (void)size, (void)is_writing, (void)context;
    return -1;
}

EVP_PKEY *tollgate_read_private_key(const char *pem, int count) {
    BIO *text = BIO_new_mem_buf(pem, count);
    EVP_PKEY *key = text ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL) : NULL;
    BIO_free(text);
    /* What is left in the thread's list of errors would be taken for that of libcurl's next TLS call. */
    ERR_clear_error();
    return key;
}

int tollgate_rs256(EVP_PKEY *key, const void *message, size_t count, unsigned char *signature, size_t *size) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    /* RSA's padding is that of PKCS #1 v1.5 unless said otherwise, which is RS256. */
    int is_signed = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                    EVP_DigestSign(context, signature, size, message, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_signed;
}
