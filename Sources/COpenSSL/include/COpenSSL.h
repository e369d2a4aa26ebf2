#ifndef TOLLGATE_COPENSSL_H
#define TOLLGATE_COPENSSL_H
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

/* SHA-256 of `count` bytes, which may be none, into 32. Fails for no input. */
void tollgate_sha256(const void *bytes, size_t count, unsigned char *digest);

/* HMAC-SHA-256 of `count` bytes under a key, either of which may have none, into 32. Fails for no input. */
void tollgate_hmac_sha256(const void *key, size_t key_count, const void *message, size_t count, unsigned char *mac);

/* The private key of a PEM text that is not encrypted, to be freed by EVP_PKEY_free; NULL where there is none. */
EVP_PKEY *tollgate_read_private_key(const char *pem, int count);

/* Writes at most `*size` bytes of signature, and how many they are to `size`; 0 where that fails. */
int tollgate_rs256(EVP_PKEY *key, const void *message, size_t count, unsigned char *signature, size_t *size);

/* EVP_CIPHER_CTX_ctrl takes a void pointer and int constants that Swift does not import from macros with casts. */
static inline int tollgate_gcm_set_iv_length(EVP_CIPHER_CTX *context, int length) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, length, NULL);
}
static inline int tollgate_gcm_get_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length, tag);
}
static inline int tollgate_gcm_set_tag(EVP_CIPHER_CTX *context, int length, const void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, (void *)tag);
}
#endif
