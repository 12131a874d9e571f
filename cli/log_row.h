/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LOG_ROW_H
#define V4MAP_LOG_ROW_H
/* How records read to a person. */

#include "log_record.h"
#include "table.h"

/* The table of `v4map log show`, and a record as its next row.  NULL: no memory. */
struct table *log_rows_new(FILE *out, bool coloured);
void log_row(struct table *table, const struct log_record *record);

/* Pieces that other tables have too. */
void log_add_time(struct strbuf *sb, int64_t time);	    /* 2026-01-02 03:04:05.678Z */
void log_add_duration(struct strbuf *sb, uint64_t seconds); /* 1h 02m */
void log_add_bytes(struct strbuf *sb, uint64_t bytes);	    /* 12.3 MB */
/* "192.0.2.1:1194", "[2001:db8::1]:1194", "192.0.2.0/24", or the pseudonym */
void log_add_peer(struct strbuf *sb, const struct log_record *record);
/* "udp6 mapped": transport and listener as OpenVPN writes them, form unless native; any NULL */
void log_add_over(struct strbuf *sb, const char *transport, const char *listener, const char *form);

#endif
