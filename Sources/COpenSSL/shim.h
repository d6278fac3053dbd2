// OpenSSL 3 (libcrypto) for Swift: SHA-256, Ed25519, AES-256-GCM, random bytes.
#ifndef AKTENSPUR_COPENSSL_H
#define AKTENSPUR_COPENSSL_H

// The low-level SHA-256 calls are marked deprecated in OpenSSL 3 in favour of EVP, whose set-up costs more than
// hashing a 500-byte record. They use the same code (SHA extensions where the processor has them).
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
