/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "log_filter.h"
#include "log_session_print.h"
#include "log_time.h"

static const char HELP[] =
	"usage: v4map log who --at TIME [--json] ADDRESS FILE...\n"
	"Say who held ADDRESS at that time, as the peer's own address or inside the tunnel.\n"
	"\n"
	"      --at TIME  RFC 3339, or 'YYYY-MM-DD HH:MM[:SS]' in UTC\n"
	"      --json     an object a session\n"
	"\n"
	"Several can hold one peer address, behind a NAT, or hold it possibly, when the log does "
	"not\n"
	"know a session's end or keeps no more than a block of an address.\n"
	"\n"
	"Status: 0 somebody did, 1 nobody or the log does not tell, 2 misuse or unreadable "
	"files.\n";

struct who {
	struct prefix address;
	int64_t at;
	bool json;
	size_t found;
	struct table *table;
};

static bool was_there(const struct log_session *session, int64_t at)
{
	return session->began <= at && (session->end == SESSION_OPEN || at <= session->ended);
}

/* The session's end was not seen when it happened, or the log ends before that time. */
static bool is_unsure(
	const struct log_sessions *sessions, const struct log_session *session, int64_t at)
{
	return session->end == SESSION_LOST ||
	       (session->end == SESSION_OPEN && at > sessions->last);
}

/* A returning client takes its address over before the old session has ended. */
static bool taken_over(const struct log_sessions *sessions, const struct log_session *session,
	const struct session_tunnel *tunnel, int64_t at)
{
	for (size_t i = 0; i < sessions->count; i++) {
		const struct log_session *other = sessions->items[i];

		for (size_t j = 0; j < other->tunnel_count; j++)
			if (other != session && strcmp(other->tunnels[j].text, tunnel->text) == 0 &&
				other->tunnels[j].since > tunnel->since &&
				other->tunnels[j].since <= at)
				return true;
	}
	return false;
}

/* As what the session held the address: "tunnel", "peer", or NULL. */
static const char *held_as(const struct who *who, const struct log_sessions *sessions,
	const struct log_session *session)
{
	for (size_t i = 0; i < session->tunnel_count; i++) {
		const struct session_tunnel *tunnel = &session->tunnels[i];

		if (tunnel->since <= who->at && tunnel->block.addr.family != FAMILY_NONE &&
			prefix_contains(&tunnel->block, &who->address.addr) &&
			!taken_over(sessions, session, tunnel, who->at))
			return "tunnel";
	}
	if (session->address.addr.family == FAMILY_NONE ||
		!(prefix_contains(&session->address, &who->address.addr) ||
			prefix_contains(&session->seen, &who->address.addr)))
		return NULL;
	return session->address.len == family_bits((enum family)session->address.addr.family)
		       ? "peer"
		       : "peer, possibly";
}

static void print_one(struct who *who, const struct log_sessions *sessions,
	struct log_session *session, const char *as)
{
	char why[64];

	if (session->end == SESSION_OPEN)
		session->ended = sessions->last;
	(void)snprintf(why, sizeof(why), "%s%s", as,
		is_unsure(sessions, session, who->at) && strchr(as, ',') == NULL ? ", possibly"
										 : "");
	who->found++;
	if (who->json)
		session_json(stdout, why, session);
	else
		session_row(who->table, why, session);
}

/* What the reader must know beside the rows; on standard error, they are for programs too. */
static void remark(const struct who *who, const struct log_sessions *sessions)
{
	char first[LOG_TIME_SIZE], last[LOG_TIME_SIZE];

	log_time_print(sessions->first, first);
	log_time_print(sessions->last, last);
	if (sessions->first == 0)
		(void)cli_complain("log", "who: the log has no record");
	else if (who->at < sessions->first)
		(void)cli_complain("log", "who: the log begins later, at %s", first);
	else if (who->at > sessions->last)
		(void)cli_complain("log", "who: the log ends before that, at %s", last);
	if (who->found > 1)
		(void)cli_complain("log", "who: %zu sessions are possible", who->found);
	else if (who->found == 0)
		(void)cli_complain("log", "who: nobody, as far as the log tells");
}

static int answer(struct who *who, struct log_sessions *sessions)
{
	who->table = session_rows_new("AS", stdout, cli_coloured());
	if (who->table == NULL)
		return cli_complain("log", "no memory");
	for (size_t i = 0; i < sessions->count; i++) {
		struct log_session *session = sessions->items[i];
		const char *as =
			was_there(session, who->at) ? held_as(who, sessions, session) : NULL;

		if (as != NULL)
			print_one(who, sessions, session, as);
	}
	table_free(who->table);
	remark(who, sessions);
	return who->found != 0 ? EXIT_FINE : EXIT_FINDINGS;
}

static int read_and_answer(struct who *who, char **paths, size_t count)
{
	struct log_sessions sessions = {.count = 0};
	int status, answered;
	struct err err;

	if (log_files_sort(paths, count, NULL, &err) != 0)
		return cli_complain("log", "%s", err.text);
	status = log_read(paths, count, log_collect, &sessions);
	answered = answer(who, &sessions);
	log_sessions_done(&sessions);
	return cli_finish("log", status > answered ? status : answered);
}

int log_who(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"at", required_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "log who", .table = OPTIONS, .help = HELP};
	struct who who = {.found = 0};
	const char *at = NULL;
	struct err err;
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		at = optarg;
	if (option == CLI_LEAVE)
		return options.status;
	who.json = options.json;
	if (at == NULL || argc - optind < 2)
		return cli_complain("log",
			"who: want --at TIME, an address and a log; see `v4map log who --help`");
	if (log_time_parse(at, &who.at, &err) != 0)
		return cli_complain("log", "--at: %s", err.text);
	if (prefix_parse(argv[optind], strlen(argv[optind]), &who.address, &err) != 0)
		return cli_complain("log", "who: %s", err.text);
	if (who.address.len != family_bits((enum family)who.address.addr.family))
		return cli_complain(
			"log", "who: want one address, not the block '%s'", argv[optind]);
	return read_and_answer(&who, argv + optind + 1, (size_t)(argc - optind - 1));
}
