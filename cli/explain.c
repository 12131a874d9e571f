/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "finding.h"
#include "v4map-paths.h"
#include "v4map/event.h"
#include "v4map/policy_yaml.h"
#include "v4map/push.h"

/* A file of POLICY_TEXT_MAX bytes never gives so many. */
enum { WHOLE_MAX = 16 * 1024 * 1024 };

static const char HELP[] =
	"usage: v4map explain [--policy FILE] --peer ADDRESS [OPTION]...\n"
	"Say what the policy does to a client, and why.\n"
	"\n"
	"      --policy FILE        instead of " V4MAP_POLICY_DEFAULT "; a draft may be anybody's\n"
	"      --peer ADDRESS       where the client comes from\n"
	"      --port NUMBER\n"
	"      --common-name NAME   of its certificate\n"
	"      --listener FAMILY    of the server's socket: ipv4 or ipv6 (default: as ADDRESS)\n"
	"      --client-version V   as in IV_VER, such as 2.6.14, or unknown (default: 2.6)\n"
	"      --platform NAME      as in IV_PLAT, such as linux\n"
	"      --client-protocol N  IV_PROTO, a number of bits\n"
	"      --tunnel FAMILIES    what the tunnel has: ipv4, ipv6, or ipv4,ipv6 (the default)\n"
	"      --json\n"
	"\n"
	"Exit status: 0 explained, 1 the policy is wrong, 2 misuse or unreadable.\n";

struct arguments {
	const char *policy, *peer, *port, *common_name, *listener, *tunnel;
	const char *version, *platform, *protocol;
	bool json;
};

static int set_client(const struct arguments *arguments, struct peer *peer)
{
	const char *version = arguments->version, *protocol = arguments->protocol;

	peer_set_client(peer, version, arguments->platform, protocol);
	if (strcmp(version, "unknown") != 0 && peer->client_version == CLIENT_VERSION_UNKNOWN)
		return cli_complain("explain",
			"--client-version: want a version such as 2.6.14, found '%s'", version);
	if (protocol != NULL &&
		(protocol[0] == '\0' || strspn(protocol, "0123456789") != strlen(protocol)))
		return cli_complain(
			"explain", "--client-protocol: want a number, found '%s'", protocol);
	return EXIT_FINE;
}

/* As OpenVPN's environment and its IPCHANGE would show the peer. */
static int make_peer(
	const struct policy *policy, const struct arguments *arguments, struct peer *ret)
{
	const struct peer_texts texts = {.ip = arguments->peer,
		.port = arguments->port,
		.common_name = arguments->common_name};
	const enum family shown = strchr(arguments->peer, ':') != NULL ? FAMILY_IPV6 : FAMILY_IPV4;
	enum family listener = shown;
	size_t count;
	const struct prefix *translators = policy_translators(policy, &count);

	peer_init(ret, &texts, translators, count);
	if (ret->addr.ip.family == FAMILY_NONE)
		return cli_complain(
			"explain", "--peer: want an address, found '%s'", arguments->peer);
	if (arguments->port != NULL && ret->port == 0)
		return cli_complain(
			"explain", "--port: want 1 to 65535, found '%s'", arguments->port);
	if (arguments->listener != NULL && strcmp(arguments->listener, "ipv6") == 0)
		listener = FAMILY_IPV6;
	else if (arguments->listener != NULL && strcmp(arguments->listener, "ipv4") == 0)
		listener = FAMILY_IPV4;
	else if (arguments->listener != NULL)
		return cli_complain("explain", "--listener: want ipv4 or ipv6, found '%s'",
			arguments->listener);
	if (listener == FAMILY_IPV4 && shown == FAMILY_IPV6)
		return cli_complain(
			"explain", "--listener: no IPv6 address comes in on an IPv4 socket");
	peer_set_listener(ret, listener);
	return set_client(arguments, ret);
}

/* Which addresses the pool gave does not matter, only of which families. */
static int set_tunnel(const char *families, struct peer *peer)
{
	const bool dual = strcmp(families, "ipv4,ipv6") == 0 || strcmp(families, "ipv6,ipv4") == 0;
	const bool ipv4 = dual || strcmp(families, "ipv4") == 0;
	const bool ipv6 = dual || strcmp(families, "ipv6") == 0;

	if (!ipv4 && !ipv6)
		return cli_complain(
			"explain", "--tunnel: want ipv4, ipv6 or ipv4,ipv6, found '%s'", families);
	peer_set_tunnel(peer, ipv4 ? "192.0.2.2" : NULL, ipv6 ? "2001:db8::2" : NULL, false, false);
	return EXIT_FINE;
}

/* What the plugin asks at TLS_VERIFY and then at CLIENT_CONNECT. */
static void decide(struct explained *explained, void *scratch)
{
	explained->stage = STAGE_VERIFY;
	policy_decide(
		explained->policy, explained->peer, STAGE_VERIFY, scratch, &explained->decision);
	if (explained->decision.verdict == VERDICT_DENY)
		return;
	explained->stage = STAGE_CONNECT;
	policy_decide(
		explained->policy, explained->peer, STAGE_CONNECT, scratch, &explained->decision);
}

/* Rules behind the one that ended it were never asked. */
size_t explained_asked(const struct explained *explained)
{
	const struct decision *decision = &explained->decision;
	const struct image_rule *rules = explained->policy->rules;
	size_t last;

	if (decision->matched_count == 0)
		return explained->policy->rule_count;
	last = decision->matched[decision->matched_count - 1];
	if (rules[last].deny != IMAGE_NO_TEXT || rules[last].last != 0)
		return last + 1;
	return explained->policy->rule_count;
}

/* What push.c puts in front of the first option and behind the last one. */
unsigned explained_messages(const char *config)
{
	enum { BUNDLE_MAX = 1024, EXTRA = 84, QUOTES = sizeof("push \"\"") - 1 };
	const size_t begin = strlen("PUSH_REPLY");
	size_t used = begin;
	unsigned messages = *config != '\0';

	for (size_t len; *config != '\0'; config += len + 1) {
		len = strcspn(config, "\n");
		if (strncmp(config, "push ", 5) != 0)
			continue;
		if (used + len - QUOTES + 1 >= BUNDLE_MAX - EXTRA) {
			messages++;
			used = begin;
		}
		used += len - QUOTES + 1;
	}
	return messages;
}

bool explained_allowed(const struct explained *explained)
{
	return explained->decision.verdict == VERDICT_ALLOW && explained->excess == EXCESS_NONE;
}

const char *explained_reason(const struct explained *explained)
{
	const struct policy *policy = explained->policy;

	if (explained_allowed(explained))
		return NULL;
	if (explained->excess != EXCESS_NONE)
		return event_reason_name(REASON_TEXT_TOO_LONG);
	return policy_text(policy, policy->rules[explained->decision.deny_rule].deny);
}

/* How long the text would be; 0: there is no memory to know. */
static size_t whole_length(const struct explained *explained)
{
	char *text = malloc(WHOLE_MAX);
	struct strbuf sb;
	size_t len = 0;

	if (text == NULL)
		return 0;
	strbuf_init(&sb, text, WHOLE_MAX);
	if (push_render(explained->policy, &explained->decision, &sb) == 0)
		len = sb.len;
	free(text);
	return len;
}

/* The lines, or why there are none. */
static void render(struct explained *explained, char *text)
{
	struct strbuf sb;

	strbuf_init(&sb, text, PUSH_TEXT_MAX + 1);
	if (push_render(explained->policy, &explained->decision, &sb) == 0)
		return;
	text[0] = '\0';
	explained->excess = explained->decision.overflow ? EXCESS_BLOCKS : EXCESS_BYTES;
	if (explained->excess == EXCESS_BYTES)
		explained->bytes = whole_length(explained);
}

static int answer(
	const struct policy *policy, const struct peer *peer, bool json, void *scratch, char *text)
{
	struct explained explained = {.policy = policy, .peer = peer, .config = text};
	int rc = 0;

	decide(&explained, scratch);
	render(&explained, text);
	if (json)
		rc = explain_json(&explained);
	else
		explain_text(&explained);
	if (rc != 0)
		return cli_complain("explain", "cannot write JSON: %s", strerror(-rc));
	return cli_finish("explain", EXIT_FINE);
}

static int explain(const struct policy *policy, const struct arguments *arguments)
{
	void *scratch = NULL;
	char *text = NULL;
	struct peer peer;
	int status = make_peer(policy, arguments, &peer);

	if (status == EXIT_FINE)
		status = set_tunnel(arguments->tunnel, &peer);
	if (status != EXIT_FINE)
		return status;
	scratch = malloc(policy_scratch_size(policy));
	text = malloc(PUSH_TEXT_MAX + 1);
	if (scratch != NULL && text != NULL)
		status = answer(policy, &peer, arguments->json, scratch, text);
	else
		status = cli_complain("explain", "no memory");
	free(scratch);
	free(text);
	return status;
}

static int run(const struct arguments *arguments)
{
	struct policy_file file;
	struct policy_report report;
	struct policy policy;
	struct err err;
	int status, rc = policy_file_load(arguments->policy, false, &file, &report);

	if (rc != 0) {
		findings_print(stderr, &report, "error", false);
		return finding_status(&report.errs[0]);
	}
	rc = policy_open(file.image, file.image_size, &policy, &err);
	status = rc == 0 ? explain(&policy, arguments) : cli_complain("explain", "%s", err.text);
	policy_file_done(&file);
	return status;
}

/* Where the option's text goes. */
static const char **slot(struct arguments *arguments, int option)
{
	switch (option) {
	case 'f':
		return &arguments->policy;
	case 'p':
		return &arguments->peer;
	case 'n':
		return &arguments->port;
	case 'c':
		return &arguments->common_name;
	case 'l':
		return &arguments->listener;
	case 't':
		return &arguments->tunnel;
	case 'v':
		return &arguments->version;
	case 'm':
		return &arguments->platform;
	default:
		return &arguments->protocol;
	}
}

int explain_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"policy", required_argument, NULL, 'f'},
		{"peer", required_argument, NULL, 'p'},
		{"port", required_argument, NULL, 'n'},
		{"common-name", required_argument, NULL, 'c'},
		{"listener", required_argument, NULL, 'l'},
		{"client-version", required_argument, NULL, 'v'},
		{"platform", required_argument, NULL, 'm'},
		{"client-protocol", required_argument, NULL, 'o'},
		{"tunnel", required_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "explain", .table = OPTIONS, .help = HELP};
	struct arguments arguments = {.tunnel = "ipv4,ipv6", .version = "2.6"};
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		*slot(&arguments, option) = optarg;
	if (option == CLI_LEAVE)
		return options.status;
	arguments.json = options.json;
	if (optind != argc)
		return cli_complain("explain", "want options only, found '%s'", argv[optind]);
	if (arguments.peer == NULL)
		return cli_complain("explain", "want --peer ADDRESS; see `v4map explain --help`");
	return run(&arguments);
}
