/* SPDX-License-Identifier: MIT */
#include "v4map/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "v4map-key 1 "

enum {
	SEQUENCE_DIGITS = 20,
	SEQUENCE_AT = sizeof(HEAD) - 1,
	CHAIN_AT = SEQUENCE_AT + SEQUENCE_DIGITS + 1,
	PSEUDONYM_AT = CHAIN_AT + CHAIN_DIGITS + 1,
	LINE_SIZE = PSEUDONYM_AT + CHAIN_DIGITS + 1, /* '\n' included */
};

_Static_assert((int)CHAIN_KEY_SIZE == (int)CHAIN_HASH_SIZE, "keys are printed as hashes are");

void key_file_wipe(struct key_file *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

static void format(const struct key_file *key, char line[static LINE_SIZE + 1])
{
	char chain[CHAIN_DIGITS + 1], pseudonym[CHAIN_DIGITS + 1];

	chain_print(key->chain.key, chain);
	chain_print(key->pseudonym, pseudonym);
	(void)snprintf(line, LINE_SIZE + 1, HEAD "%020llu %s %s\n",
		(unsigned long long)key->chain.sequence, chain, pseudonym);
	OPENSSL_cleanse(chain, sizeof(chain));
	OPENSSL_cleanse(pseudonym, sizeof(pseudonym));
}

static bool parse_sequence(const char *digits, uint64_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < SEQUENCE_DIGITS; i++) {
		if (digits[i] < '0' || digits[i] > '9' ||
			__builtin_mul_overflow(value, UINT64_C(10), &value) ||
			__builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value))
			return false;
	}
	*ret = value;
	return value != 0;
}

static bool parse(const char line[static LINE_SIZE], struct key_file *ret)
{
	return memcmp(line, HEAD, SEQUENCE_AT) == 0 && line[CHAIN_AT - 1] == ' ' &&
	       line[PSEUDONYM_AT - 1] == ' ' && line[LINE_SIZE - 1] == '\n' &&
	       parse_sequence(line + SEQUENCE_AT, &ret->chain.sequence) &&
	       chain_parse(line + CHAIN_AT, ret->chain.key) == 0 &&
	       chain_parse(line + PSEUDONYM_AT, ret->pseudonym) == 0;
}

int key_file_update(int fd, const struct key_file *key)
{
	char line[LINE_SIZE + 1];
	int rc = 0;

	format(key, line);
	errno = 0;
	if (pwrite(fd, line, LINE_SIZE, 0) != LINE_SIZE || fdatasync(fd) != 0)
		rc = errno != 0 ? -errno : -EIO;
	OPENSSL_cleanse(line, sizeof(line));
	return rc;
}

int key_file_create(const char *path, uint64_t sequence, struct err *err)
{
	struct key_file key = {.chain.sequence = sequence};
	int fd = -1, rc = 0;

	if (RAND_bytes(key.chain.key, sizeof(key.chain.key)) != 1 ||
		RAND_bytes(key.pseudonym, sizeof(key.pseudonym)) != 1) {
		rc = err_set(err, -EIO, "no random bytes for the key");
		goto out;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = err_set(
			err, -errno, "cannot make the key file '%s': %s", path, strerror(errno));
		goto out;
	}
	rc = key_file_update(fd, &key);
	if (rc == 0)
		goto out;
	(void)err_set(err, rc, "cannot write the key file '%s': %s", path, strerror(-rc));
	(void)unlink(path); /* half a key is none */
out:
	key_file_wipe(&key);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int check_owner(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(
			err, -errno, "cannot look at the key file '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "the key file '%s' is not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(err, -EPERM,
			"the key file '%s' belongs to user %u: want root or user %u", path,
			(unsigned)st.st_uid, (unsigned)geteuid());
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(err, -EPERM,
			"the key file '%s' has mode %04o: want 0600, nobody else may read it", path,
			(unsigned)st.st_mode & 07777);
	return 0;
}

int key_file_open(const char *path, bool writable, struct key_file *ret, struct err *err)
{
	/* Not blocking: it may turn out to be a pipe. */
	const int flags = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, (writable ? O_RDWR : O_RDONLY) | flags), rc;
	char line[LINE_SIZE + 1] = "";
	struct key_file key;

	if (fd < 0)
		return err_set(
			err, -errno, "cannot open the key file '%s': %s", path, strerror(errno));
	rc = check_owner(fd, path, err);
	if (rc == 0 && (pread(fd, line, sizeof(line), 0) != LINE_SIZE || !parse(line, &key)))
		rc = err_set(err, -EINVAL,
			"'%s' is no key file: want the one line that `v4map log keygen` writes",
			path);
	if (rc == 0)
		*ret = key;
	else
		(void)close(fd);
	OPENSSL_cleanse(line, sizeof(line));
	key_file_wipe(&key);
	return rc == 0 ? fd : rc;
}

int key_file_read(const char *path, struct key_file *ret, struct err *err)
{
	int fd = key_file_open(path, false, ret, err);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}
