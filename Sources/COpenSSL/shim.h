// OpenSSL 3 (libcrypto) for Swift: SHA-2, Ed25519, AES-256-GCM, random bytes, X.509, CMS, time stamps.
#ifndef AKTENSPUR_COPENSSL_H
#define AKTENSPUR_COPENSSL_H

// The low-level SHA-2 calls are marked deprecated in OpenSSL 3 in favour of EVP, whose set-up costs more than
// hashing a 500-byte record. They use the same code (SHA extensions where the processor has them).
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// OpenSSL's typed stacks and some constants are macros, which Swift does not import. A stack that is NULL has no
// elements.

static inline STACK_OF(X509) *copenssl_certificates_new(void) { return sk_X509_new_null(); }

static inline void copenssl_certificates_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

static inline int copenssl_certificates_count(const STACK_OF(X509) *stack) {
  return stack == NULL ? 0 : sk_X509_num(stack);
}

static inline X509 *copenssl_certificates_at(const STACK_OF(X509) *stack, int index) {
  return sk_X509_value(stack, index);
}

/// Appends a reference of its own to the certificate; 1 on success.
static inline int copenssl_certificates_append(STACK_OF(X509) *stack, X509 *certificate) {
  if (!X509_up_ref(certificate)) return 0;
  if (sk_X509_push(stack, certificate) > 0) return 1;
  X509_free(certificate);
  return 0;
}

static inline int copenssl_signers_count(const STACK_OF(CMS_SignerInfo) *stack) {
  return stack == NULL ? 0 : sk_CMS_SignerInfo_num(stack);
}

static inline CMS_SignerInfo *copenssl_signers_at(const STACK_OF(CMS_SignerInfo) *stack, int index) {
  return sk_CMS_SignerInfo_value(stack, index);
}

static inline int copenssl_general_names_count(const GENERAL_NAMES *names) {
  return names == NULL ? 0 : sk_GENERAL_NAME_num(names);
}

static inline GENERAL_NAME *copenssl_general_names_at(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

static inline int copenssl_texts_count(const STACK_OF(ASN1_UTF8STRING) *texts) {
  return texts == NULL ? 0 : sk_ASN1_UTF8STRING_num(texts);
}

static inline ASN1_UTF8STRING *copenssl_texts_at(const STACK_OF(ASN1_UTF8STRING) *texts, int index) {
  return sk_ASN1_UTF8STRING_value(texts, index);
}

/// Writes a distinguished name as RFC 4514 does, in UTF-8.
static inline int copenssl_print_name(BIO *output, const X509_NAME *name) {
  return X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

static inline long copenssl_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

#endif
