/* SPDX-License-Identifier: MIT */
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "v4map/chain.h"

enum { BUFFER_SIZE = 64 * 1024, HEAD_LINES = 3 };

struct log_file {
	gzFile gz; /* reads plain files as they are */
	int fd;	   /* gz's own */
	const char *path;
	uint64_t number;
	size_t begin, scanned, end; /* in data: what was not handed out, what holds no '\n' */
	bool skipping;		    /* the rest of a line that was too long */
	char data[BUFFER_SIZE];
};

int log_file_open(const char *path, struct log_file **ret, struct err *err)
{
	struct log_file *file = malloc(sizeof(*file));
	int fd = -1, rc;

	if (file == NULL)
		return err_set(err, -ENOMEM, "no memory");
	fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		rc = err_set(err, -errno, "cannot open '%s': %s", path, strerror(errno));
		goto out;
	}
	*file = (struct log_file){.gz = gzdopen(fd, "rb"), .fd = fd, .path = path};
	if (file->gz == NULL || gzbuffer(file->gz, BUFFER_SIZE / 2) != 0) {
		rc = err_set(err, -ENOMEM, "no memory to read '%s'", path);
		goto out;
	}
	*ret = file;
	return 0;
out:
	if (fd >= 0 && file->gz == NULL)
		(void)close(fd);
	else if (fd >= 0)
		(void)gzclose_r(file->gz);
	free(file);
	return rc;
}

void log_file_close(struct log_file *file)
{
	if (file == NULL)
		return;
	(void)gzclose_r(file->gz); /* read only: there is nothing to lose */
	free(file);
}

/* Read on behind what is there.  1: there is more; 0: the end; or a negative errno. */
static int fill(struct log_file *file, struct err *err)
{
	const char *text;
	int n, error = Z_OK;

	memmove(file->data, file->data + file->begin, file->end - file->begin);
	file->scanned -= file->begin;
	file->end -= file->begin;
	file->begin = 0;
	n = gzread(file->gz, file->data + file->end, (unsigned)(BUFFER_SIZE - file->end));
	if (n > 0) {
		file->end += (size_t)n;
		return 1;
	}
	text = gzerror(file->gz, &error);
	if (error == Z_OK)
		return 0;
	if (error == Z_ERRNO)
		return err_set(err, -EIO, "cannot read '%s': %s", file->path, strerror(errno));
	return err_set(err, -EBADMSG, "'%s' is a damaged gzip file: %s", file->path, text);
}

static int hand_out(struct log_file *file, size_t len, bool whole, struct log_text *ret)
{
	*ret = (struct log_text){.bytes = file->data + file->begin,
		.len = len,
		.number = ++file->number,
		.whole = whole};
	file->begin += len + whole;
	file->scanned = file->begin;
	return 1;
}

/* As log_file_follow, and a line that fills the whole buffer is handed out in part. */
static int next(struct log_file *file, struct log_text *ret, struct err *err)
{
	for (;;) {
		const char *from = file->data + file->scanned;
		const char *end = memchr(from, '\n', file->end - file->scanned);
		int rc;

		if (end != NULL && !file->skipping)
			return hand_out(file, (size_t)(end - file->data) - file->begin, true, ret);
		if (end != NULL) {
			file->skipping = false;
			file->begin = file->scanned = (size_t)(end - file->data) + 1;
			continue;
		}
		file->scanned = file->end;
		if (file->skipping)
			file->begin = file->end;
		if (file->end - file->begin == BUFFER_SIZE) {
			file->skipping = true;
			return hand_out(file, BUFFER_SIZE, false, ret);
		}
		rc = fill(file, err);
		if (rc <= 0)
			return rc;
	}
}

int log_file_next(struct log_file *file, struct log_text *ret, struct err *err)
{
	int rc = next(file, ret, err);

	if (rc != 0 || file->begin == file->end)
		return rc;
	return hand_out(file, file->end - file->begin, false, ret);
}

int log_file_follow(struct log_file *file, struct log_text *ret, struct err *err)
{
	gzclearerr(file->gz); /* the end may have moved */
	return next(file, ret, err);
}

uint64_t log_file_offset(const struct log_file *file)
{
	z_off_t offset = gzoffset(file->gz);

	return offset > 0 ? (uint64_t)offset : 0;
}

bool log_file_replaced(const struct log_file *file)
{
	struct stat mine, there;

	if (fstat(file->fd, &mine) != 0 || stat(file->path, &there) != 0)
		return false;
	return mine.st_dev != there.st_dev || mine.st_ino != there.st_ino ||
	       lseek(file->fd, 0, SEEK_CUR) > mine.st_size;
}

uint64_t log_sequence(const char *line, size_t len)
{
	static const char KEY[] = "\",\"sequence\":";
	const size_t at = CHAIN_DIGITS_AT + CHAIN_DIGITS;
	const char *digit = line + at + sizeof(KEY) - 1, *end = line + len;
	uint64_t value = 0;

	if (len <= at + sizeof(KEY) || memcmp(line + at, KEY, sizeof(KEY) - 1) != 0 ||
		*digit < '1' || *digit > '9')
		return 0;
	for (; digit < end && *digit >= '0' && *digit <= '9'; digit++)
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
			__builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value))
			return 0;
	return value;
}

struct head {
	char *path;
	uint64_t begin; /* sequence of its first line; 0: none */
};

static uint64_t most_agree_on(const uint64_t begins[static HEAD_LINES], size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (begins[i] == begins[j])
				return begins[i];
	return count != 0 ? begins[0] : 0;
}

static int read_head(struct head *head, struct err *err)
{
	uint64_t begins[HEAD_LINES], sequence;
	struct log_file *file = NULL;
	struct log_text line;
	struct stat st;
	size_t count = 0;
	int rc;

	if (stat(head->path, &st) == 0 && !S_ISREG(st.st_mode))
		return 0; /* a pipe can be read but once */
	rc = log_file_open(head->path, &file, err);
	if (rc != 0 || file == NULL)
		return rc;
	for (uint64_t i = 0; i < HEAD_LINES && log_file_next(file, &line, err) == 1; i++) {
		sequence = log_sequence(line.bytes, line.len);
		if (sequence > i)
			begins[count++] = sequence - i;
	}
	head->begin = most_agree_on(begins, count);
	log_file_close(file);
	return 0; /* a file that cannot be read says so when it is its turn */
}

static int by_begin(const void *a, const void *b)
{
	const struct head *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return strcmp(x->path, y->path);
}

int log_files_sort(char **paths, size_t count, uint64_t *first, struct err *err)
{
	struct head *heads;
	int rc = 0;

	if (count == 1 && strcmp(paths[0], "-") == 0)
		return 0;
	heads = calloc(count, sizeof(*heads));
	if (heads == NULL)
		return err_set(err, -ENOMEM, "no memory for %zu files", count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		heads[i].path = paths[i];
		rc = read_head(&heads[i], err);
	}
	if (rc == 0) {
		qsort(heads, count, sizeof(*heads), by_begin);
		for (size_t i = count; i-- > 0;) {
			paths[i] = heads[i].path;
			if (first != NULL && heads[i].begin != 0)
				*first = heads[i].begin;
		}
	}
	free(heads);
	return rc;
}
