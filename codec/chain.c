/* SPDX-License-Identifier: MIT */
#include "v4map/chain.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct chain {
	EVP_MD_CTX *context;
	EVP_MD *sha256;
	uint8_t previous[CHAIN_HASH_SIZE];
};

void chain_free(struct chain *chain)
{
	if (chain == NULL)
		return;
	EVP_MD_CTX_free(chain->context);
	EVP_MD_free(chain->sha256);
	free(chain);
}

struct chain *chain_new(const uint8_t previous[static CHAIN_HASH_SIZE])
{
	struct chain *chain = calloc(1, sizeof(*chain));

	if (chain == NULL)
		return NULL;
	chain->context = EVP_MD_CTX_new();
	chain->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	chain_set(chain, previous);
	if (chain->context != NULL && chain->sha256 != NULL)
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

static bool has_place(const char *line, size_t len)
{
	static const char BEFORE[] = "\"hash\":\"";
	const size_t before = sizeof(BEFORE) - 1;

	return len > CHAIN_DIGITS_AT + CHAIN_DIGITS &&
	       line[CHAIN_DIGITS_AT + CHAIN_DIGITS] == '"' &&
	       memcmp(line + CHAIN_DIGITS_AT - before, BEFORE, before) == 0;
}

static int hash_line(struct chain *chain, const char *line, size_t len, uint8_t *ret)
{
	const char *rest = line + CHAIN_DIGITS_AT + CHAIN_DIGITS;

	if (EVP_DigestInit_ex2(chain->context, chain->sha256, NULL) != 1 ||
		EVP_DigestUpdate(chain->context, chain->previous, CHAIN_HASH_SIZE) != 1 ||
		EVP_DigestUpdate(chain->context, line, CHAIN_DIGITS_AT) != 1 ||
		EVP_DigestUpdate(chain->context, rest, len - (size_t)(rest - line)) != 1 ||
		EVP_DigestFinal_ex(chain->context, ret, NULL) != 1)
		return -EIO;
	return 0;
}

static void write_digits(const uint8_t hash[static CHAIN_HASH_SIZE], char *digits)
{
	static const char HEX[] = "0123456789abcdef";

	for (size_t i = 0; i < CHAIN_HASH_SIZE; i++) {
		digits[2 * i] = HEX[hash[i] >> 4];
		digits[2 * i + 1] = HEX[hash[i] & 15];
	}
}

void chain_print(
	const uint8_t hash[static CHAIN_HASH_SIZE], char digits[static CHAIN_DIGITS + 1])
{
	write_digits(hash, digits);
	digits[CHAIN_DIGITS] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int chain_seal(struct chain *chain, char *line, size_t len)
{
	uint8_t hash[CHAIN_HASH_SIZE];
	int rc;

	if (!has_place(line, len))
		return -EINVAL;
	rc = hash_line(chain, line, len, hash);
	if (rc != 0)
		return rc;
	write_digits(hash, line + CHAIN_DIGITS_AT);
	chain_set(chain, hash);
	return 0;
}

int chain_read(const char *line, size_t len, uint8_t ret[static CHAIN_HASH_SIZE])
{
	uint8_t hash[CHAIN_HASH_SIZE];

	if (!has_place(line, len))
		return -EINVAL;
	for (size_t i = 0; i < CHAIN_HASH_SIZE; i++) {
		int high = digit_value(line[CHAIN_DIGITS_AT + 2 * i]);
		int low = digit_value(line[CHAIN_DIGITS_AT + 2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret, hash, sizeof(hash));
	return 0;
}

bool chain_check(struct chain *chain, const char *line, size_t len)
{
	uint8_t said[CHAIN_HASH_SIZE], hash[CHAIN_HASH_SIZE];

	if (chain_read(line, len, said) != 0 || hash_line(chain, line, len, hash) != 0 ||
		memcmp(said, hash, sizeof(hash)) != 0)
		return false;
	chain_set(chain, hash);
	return true;
}
