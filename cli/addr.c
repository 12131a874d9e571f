/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "printable.h"
#include "table.h"
#include "v4map/peer_json.h"

static const char HELP[] =
	"usage: v4map addr [--json] [--translator PREFIX]... ADDRESS... | -\n"
	"Say what each address really is: canonical address, family, form, embedded IPv4.\n"
	"\n"
	"      --translator PREFIX  a NAT64 or SIIT translator of ours (RFC 6052); repeatable\n"
	"      --json               an object a line\n"
	"      -                    read the addresses from standard input, one a line\n"
	"\n"
	"Exit status: 0 all are addresses, 1 some are not, 2 misuse or unreadable.\n";

/* A longer line is no address; of its text so much is shown. */
enum { TRANSLATORS_MAX = 64, INPUT_SIZE = 64 * 1024, SHOWN_MAX = 1024, OUTPUT_SIZE = 64 * 1024 };

/* The longest canonical address, in columns; of what comes from standard input it is expected. */
enum { ADDR_WIDTH = 39 };

struct addr {
	struct prefix translators[TRANSLATORS_MAX];
	size_t count;
	bool json, coloured;
	size_t text_width, ip_width; /* columns of the text output */
	int status;
	struct strbuf out;
};

static void flush(struct addr *addr)
{
	(void)fwrite(addr->out.data, 1, addr->out.len, stdout); /* cli_finish sees errors */
	strbuf_reset(&addr->out);
}

/* The peer of whom nothing but the address is known. */
static bool classify(const struct addr *addr, const char *text, size_t len, struct classified *ret)
{
	struct ipaddr seen;

	if (ipaddr_parse(text, len, &seen) != 0)
		return false;
	form_classify(&seen, addr->translators, addr->count, ret);
	return true;
}

static void write_json(struct addr *addr, const char *text, size_t len)
{
	struct classified found;
	struct json json;

	json_init(&json, &addr->out);
	json_object_begin(&json, NULL);
	(void)json_bytes(&json, "address", text, len);
	if (classify(addr, text, len, &found)) {
		peer_json_classified(&json, &found);
		peer_json_mismatches(&json, form_mismatches(&found));
	} else {
		json_text(&json, "error", "not an IPv4 or IPv6 address");
		addr->status = EXIT_FINDINGS;
	}
	json_object_end(&json);
	strbuf_addc(&addr->out, '\n');
}

static void pad(struct strbuf *out, size_t columns, size_t width)
{
	for (; columns < width; columns++)
		strbuf_addc(out, ' ');
}

static void write_text(struct addr *addr, const char *text, size_t len)
{
	enum colour colour = COLOUR_NONE;
	struct classified found;
	size_t at;

	pad(&addr->out, printable_add(&addr->out, text, len), addr->text_width);
	if (!classify(addr, text, len, &found)) {
		addr->status = EXIT_FINDINGS;
		strbuf_addf(&addr->out, "  %snot an address%s\n",
			addr->coloured ? colour_begin(COLOUR_RED) : "",
			addr->coloured ? colour_end(COLOUR_RED) : "");
		return;
	}
	if (addr->coloured && found.form != FORM_NATIVE)
		colour = COLOUR_YELLOW;
	strbuf_adds(&addr->out, "  ");
	at = addr->out.len;
	ipaddr_print(&found.ip, &addr->out);
	pad(&addr->out, addr->out.len - at, addr->ip_width);
	strbuf_addf(&addr->out, "  %s  %s%s%s", family_name((enum family)found.ip.family),
		colour_begin(colour), form_name(found.form), colour_end(colour));
	if (found.embedded.family != FAMILY_NONE && found.form != FORM_MAPPED)
		pad(&addr->out, strlen(form_name(found.form)), 13);
	if (found.embedded.family != FAMILY_NONE && !ipaddr_equal(&found.embedded, &found.ip)) {
		strbuf_adds(&addr->out, " holds ");
		ipaddr_print(&found.embedded, &addr->out);
	}
	if (found.translator.addr.family != FAMILY_NONE) {
		strbuf_adds(&addr->out, " by ");
		prefix_print(&found.translator, &addr->out);
	}
	if (found.reserved)
		strbuf_adds(&addr->out, ", not global: reserved-in-translator");
	strbuf_addc(&addr->out, '\n');
}

static size_t wider(size_t width, size_t len)
{
	len = len > ADDR_WIDTH ? ADDR_WIDTH : len;
	return len > width ? len : width;
}

/* The columns that the arguments need. */
static void measure(struct addr *addr, char *const *arguments)
{
	for (; *arguments != NULL; arguments++) {
		size_t len = strlen(*arguments);
		struct classified found;
		struct strbuf ip;
		char data[64];

		strbuf_init(&ip, data, sizeof(data));
		if (strcmp(*arguments, "-") == 0)
			len = ip.len = ADDR_WIDTH;
		else if (classify(addr, *arguments, len, &found))
			ipaddr_print(&found.ip, &ip);
		addr->text_width = wider(addr->text_width, len);
		addr->ip_width = wider(addr->ip_width, ip.len);
	}
}

static void write_one(struct addr *addr, const char *text, size_t len)
{
	/* A text of SHOWN_MAX bytes takes at most six times that, and the rest 1 KiB. */
	if (addr->out.size - addr->out.len < 6 * SHOWN_MAX + 1024)
		flush(addr);
	len = len > SHOWN_MAX ? SHOWN_MAX : len;
	if (addr->json)
		write_json(addr, text, len);
	else
		write_text(addr, text, len);
}

/* Lines of any length; what goes beyond the buffer only makes a long line longer. */
static int read_lines(struct addr *addr)
{
	static char input[INPUT_SIZE];
	size_t have = 0;
	bool skipping = false;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, input + have, sizeof(input) - have);
		char *line = input, *end;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return cli_complain("addr", "standard input: %s", strerror(errno));
		have += (size_t)got;
		while ((end = memchr(line, '\n', have - (size_t)(line - input))) != NULL) {
			if (!skipping)
				write_one(addr, line, (size_t)(end - line));
			skipping = false;
			line = end + 1;
		}
		have -= (size_t)(line - input);
		memmove(input, line, have);
		if ((got == 0 || have == sizeof(input)) && have != 0 && !skipping)
			write_one(addr, input, have);
		if (got == 0)
			return addr->status;
		if (have == sizeof(input)) {
			skipping = true;
			have = 0;
		}
		flush(addr);
		if (fflush(stdout) != 0) /* the next read may wait: no answer waits with it */
			return addr->status;
	}
}

static int add_translator(struct addr *addr, const char *text)
{
	struct prefix prefix;
	struct err err;

	if (addr->count == TRANSLATORS_MAX)
		return cli_complain("addr", "at most %d translators", TRANSLATORS_MAX);
	if (prefix_parse(text, strlen(text), &prefix, &err) != 0 ||
		translator_check(&prefix, &err) != 0)
		return cli_complain("addr", "--translator: %s", err.text);
	addr->translators[addr->count++] = prefix;
	return EXIT_FINE;
}

/* CLI_LEAVE: with addr->status. */
static int read_options(struct addr *addr, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"translator", required_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct cli_options options = {.command = "addr", .table = OPTIONS, .help = HELP};
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		if (add_translator(addr, optarg) != EXIT_FINE)
			return EXIT_MISUSE;
	addr->status = options.status;
	if (option == CLI_LEAVE)
		return CLI_LEAVE;
	addr->json = options.json;
	if (optind == argc)
		return cli_complain("addr", "which address? `-` reads them from standard input");
	return EXIT_FINE;
}

int addr_main(int argc, char **argv)
{
	static char output[OUTPUT_SIZE];
	struct addr addr = {.coloured = cli_coloured()};
	int status = read_options(&addr, argc, argv);

	if (status != EXIT_FINE)
		return status == CLI_LEAVE ? addr.status : status;
	strbuf_init(&addr.out, output, sizeof(output));
	measure(&addr, argv + optind);
	for (int i = optind; i < argc && status != EXIT_MISUSE; i++) {
		if (strcmp(argv[i], "-") == 0)
			status = read_lines(&addr);
		else
			write_one(&addr, argv[i], strlen(argv[i]));
	}
	flush(&addr);
	return cli_finish("addr", status > addr.status ? status : addr.status);
}
