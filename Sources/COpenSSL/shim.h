// OpenSSL 3 (libcrypto) for Swift: SHA-2, Ed25519, AES-256-GCM, random bytes, X.509, CMS, time stamps.
#ifndef AKTENSPUR_COPENSSL_H
#define AKTENSPUR_COPENSSL_H

// The low-level SHA-2 calls are marked deprecated in OpenSSL 3 in favour of EVP, whose set-up costs more than
// hashing a 500-byte record. They use the same code (SHA extensions where the processor has them).
#define OPENSSL_SUPPRESS_DEPRECATED

#include <errno.h>
#include <unistd.h>

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

/// Parts of a file, to be read one after the other as if they were one; each read at its place, so that a file may be read
/// by several at a time.
typedef struct {
  int descriptor;
  long long offset[2];
  long long left[2];
  int failed;
} copenssl_parts;

static inline int copenssl_parts_read(BIO *bio, char *output, int length) {
  copenssl_parts *parts = BIO_get_data(bio);
  for (int part = 0; part < 2; part++) {
    if (parts->left[part] == 0) continue;
    size_t wanted = parts->left[part] < length ? (size_t)parts->left[part] : (size_t)length;
    ssize_t got;
    do got = pread(parts->descriptor, output, wanted, parts->offset[part]);
    while (got < 0 && errno == EINTR);
    // A file that has become shorter is no content that was signed.
    if (got <= 0) {
      parts->failed = 1;
      return -1;
    }
    parts->offset[part] += got;
    parts->left[part] -= got;
    return (int)got;
  }
  return 0;
}

static inline long copenssl_parts_control(BIO *bio, int command, long number, void *pointer) {
  (void)number, (void)pointer;
  copenssl_parts *parts = BIO_get_data(bio);
  return command == BIO_CTRL_EOF ? parts->left[0] == 0 && parts->left[1] == 0 : 0;
}

static inline BIO_METHOD *copenssl_parts_method(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parts of a file");
  if (method == NULL) return NULL;
  BIO_meth_set_read(method, copenssl_parts_read);
  BIO_meth_set_ctrl(method, copenssl_parts_control);
  return method;
}

/// `parts` must live as long as the BIO.
static inline BIO *copenssl_parts_bio(const BIO_METHOD *method, copenssl_parts *parts) {
  BIO *bio = BIO_new(method);
  if (bio == NULL) return NULL;
  BIO_set_data(bio, parts);
  BIO_set_init(bio, 1);
  return bio;
}

static inline long copenssl_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

#endif
