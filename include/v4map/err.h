/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_ERR_H
#define V4MAP_ERR_H
/*
 * An error as its finder words it: where (file, line, column) and what was wanted and found.
 * No ownership and no printing: the callee words the message, the outermost caller prints it.
 */

struct err {
	const char *file; /* borrowed; NULL when no file is concerned */
	unsigned line;	  /* from 1; 0 when unknown */
	unsigned column;  /* from 1; 0 when unknown */
	const char *code; /* a constant word for the kind of error, for programs; may be NULL */
	char text[256];	  /* always terminated; longer messages are cut */
};

/*
 * Word the message and give `rc` (a negative errno) back, so that a caller can write
 * `return err_set(err, -EINVAL, "...")`.  Leaves file, line, column and code as they are.
 */
int err_set(struct err *err, int rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set, and says where: line and column count from 1, 0 means unknown. */
int err_set_at(struct err *err, int rc, unsigned line, unsigned column, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Write "FILE:LINE:COL: text", leaving out what is unknown, into `buf` of `size` bytes; returns
 * `buf`, always terminated.  Control bytes in the text are printed as '?'.
 */
char *err_format(const struct err *err, char *buf, unsigned long size);

#endif
