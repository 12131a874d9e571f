/* SPDX-License-Identifier: MIT */
#include "v4map/chain.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

struct chain {
	EVP_MD_CTX *digest;
	EVP_MD *sha256;
	EVP_MAC_CTX *mac; /* NULL before the first key */
	uint8_t previous[CHAIN_HASH_SIZE];
	bool keyed;
	struct chain_key key;
};

void chain_free(struct chain *chain)
{
	if (chain == NULL)
		return;
	EVP_MAC_CTX_free(chain->mac);
	EVP_MD_CTX_free(chain->digest);
	EVP_MD_free(chain->sha256);
	chain_key_wipe(&chain->key);
	free(chain);
}

/* Contexts are made once: fetching an algorithm costs more than hashing a line. */
static EVP_MAC_CTX *new_hmac(void)
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

	EVP_MAC_free(hmac);
	if (mac != NULL && EVP_MAC_CTX_set_params(mac, params) == 1)
		return mac;
	EVP_MAC_CTX_free(mac);
	return NULL;
}

struct chain *chain_new(const uint8_t previous[static CHAIN_HASH_SIZE])
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (chain == NULL)
		return NULL;
	chain->digest = EVP_MD_CTX_new();
	chain->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	chain->mac = new_hmac();
	chain_set(chain, previous);
	if (chain->digest != NULL && chain->sha256 != NULL && chain->mac != NULL)
		return chain;
	chain_free(chain);
	return NULL;
}

void chain_get(const struct chain *chain, uint8_t ret[static CHAIN_HASH_SIZE])
{
	memcpy(ret, chain->previous, CHAIN_HASH_SIZE);
}

void chain_set(struct chain *chain, const uint8_t previous[static CHAIN_HASH_SIZE])
{
	memcpy(chain->previous, previous, CHAIN_HASH_SIZE);
}

void chain_set_key(struct chain *chain, const struct chain_key *key)
{
	chain_key_wipe(&chain->key);
	chain->keyed = key != NULL;
	if (key != NULL)
		chain->key = *key;
}

bool chain_get_key(const struct chain *chain, struct chain_key *ret)
{
	if (!chain->keyed)
		return false;
	*ret = chain->key;
	return true;
}

void chain_key_wipe(struct chain_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

static bool step(EVP_MD_CTX *digest, const EVP_MD *sha256, struct chain_key *key)
{
	static const char WORDS[] = "v4map key step";

	if (EVP_DigestInit_ex2(digest, sha256, NULL) != 1 ||
		EVP_DigestUpdate(digest, WORDS, sizeof(WORDS) - 1) != 1 ||
		EVP_DigestUpdate(digest, key->key, sizeof(key->key)) != 1 ||
		EVP_DigestFinal_ex(digest, key->key, NULL) != 1)
		return false;
	key->sequence++;
	return true;
}

int chain_key_step_to(struct chain_key *key, uint64_t sequence)
{
	struct chain_key next = *key;
	EVP_MD_CTX *digest = NULL;
	EVP_MD *sha256 = NULL;
	int rc = -EIO;

	if (sequence < key->sequence) {
		rc = -EINVAL;
		goto out;
	}
	digest = EVP_MD_CTX_new();
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (digest == NULL || sha256 == NULL)
		goto out;
	while (next.sequence < sequence)
		if (!step(digest, sha256, &next))
			goto out;
	*key = next;
	rc = 0;
out:
	chain_key_wipe(&next);
	EVP_MD_CTX_free(digest);
	EVP_MD_free(sha256);
	return rc;
}

static bool has_place(const char *line, size_t len)
{
	static const char BEFORE[] = "\"hash\":\"";
	const size_t before = sizeof(BEFORE) - 1;

	return len > CHAIN_DIGITS_AT + CHAIN_DIGITS &&
	       line[CHAIN_DIGITS_AT + CHAIN_DIGITS] == '"' &&
	       memcmp(line + CHAIN_DIGITS_AT - before, BEFORE, before) == 0;
}

static bool hash_plain(struct chain *chain, const char *line, size_t len, uint8_t *ret)
{
	const char *rest = line + CHAIN_DIGITS_AT + CHAIN_DIGITS;
	EVP_MD_CTX *digest = chain->digest;

	return EVP_DigestInit_ex2(digest, chain->sha256, NULL) == 1 &&
	       EVP_DigestUpdate(digest, chain->previous, CHAIN_HASH_SIZE) == 1 &&
	       EVP_DigestUpdate(digest, line, CHAIN_DIGITS_AT) == 1 &&
	       EVP_DigestUpdate(digest, rest, len - (size_t)(rest - line)) == 1 &&
	       EVP_DigestFinal_ex(digest, ret, NULL) == 1;
}

static bool hash_keyed(struct chain *chain, const char *line, size_t len, uint8_t *ret)
{
	const unsigned char *bytes = (const unsigned char *)line;
	const unsigned char *rest = bytes + CHAIN_DIGITS_AT + CHAIN_DIGITS;
	EVP_MAC_CTX *mac = chain->mac;
	size_t size;

	return EVP_MAC_init(mac, chain->key.key, sizeof(chain->key.key), NULL) == 1 &&
	       EVP_MAC_update(mac, chain->previous, CHAIN_HASH_SIZE) == 1 &&
	       EVP_MAC_update(mac, bytes, CHAIN_DIGITS_AT) == 1 &&
	       EVP_MAC_update(mac, rest, len - (size_t)(rest - bytes)) == 1 &&
	       EVP_MAC_final(mac, ret, &size, CHAIN_HASH_SIZE) == 1;
}

static bool hash_line(struct chain *chain, const char *line, size_t len, uint8_t *ret)
{
	return chain->keyed ? hash_keyed(chain, line, len, ret) : hash_plain(chain, line, len, ret);
}

/* The line is behind us: its hash is the next one's previous, its key is gone. */
static bool go_on(struct chain *chain, const uint8_t hash[static CHAIN_HASH_SIZE])
{
	if (chain->keyed && !step(chain->digest, chain->sha256, &chain->key))
		return false;
	chain_set(chain, hash);
	return true;
}

void chain_print(const uint8_t hash[static CHAIN_HASH_SIZE], char digits[static CHAIN_DIGITS + 1])
{
	static const char HEX[] = "0123456789abcdef";

	for (size_t i = 0; i < CHAIN_HASH_SIZE; i++) {
		digits[2 * i] = HEX[hash[i] >> 4];
		digits[2 * i + 1] = HEX[hash[i] & 15];
	}
	digits[CHAIN_DIGITS] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int chain_parse(const char digits[static CHAIN_DIGITS], uint8_t ret[static CHAIN_HASH_SIZE])
{
	uint8_t hash[CHAIN_HASH_SIZE];

	for (size_t i = 0; i < CHAIN_HASH_SIZE; i++) {
		int high = digit_value(digits[2 * i]);
		int low = digit_value(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret, hash, sizeof(hash));
	return 0;
}

int chain_read(const char *line, size_t len, uint8_t ret[static CHAIN_HASH_SIZE])
{
	return has_place(line, len) ? chain_parse(line + CHAIN_DIGITS_AT, ret) : -EINVAL;
}

/* The context still holds the key of the sealed line: let the next one take its place. */
static bool forget_key(struct chain *chain)
{
	return !chain->keyed ||
	       EVP_MAC_init(chain->mac, chain->key.key, sizeof(chain->key.key), NULL) == 1;
}

int chain_seal(struct chain *chain, char *line, size_t len)
{
	uint8_t hash[CHAIN_HASH_SIZE];
	char digits[CHAIN_DIGITS + 1];

	if (!has_place(line, len))
		return -EINVAL;
	if (!hash_line(chain, line, len, hash) || !go_on(chain, hash) || !forget_key(chain))
		return -EIO;
	chain_print(hash, digits);
	memcpy(line + CHAIN_DIGITS_AT, digits, CHAIN_DIGITS);
	return 0;
}

bool chain_check(struct chain *chain, const char *line, size_t len)
{
	uint8_t said[CHAIN_HASH_SIZE], hash[CHAIN_HASH_SIZE];

	return chain_read(line, len, said) == 0 && hash_line(chain, line, len, hash) &&
	       memcmp(said, hash, sizeof(hash)) == 0 && go_on(chain, hash);
}
