/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_SIZE = AUDIT_PATH_MAX + 256, SYSLOG_AUTHPRIV_NOTICE = 10 * 8 + 5 };

/* One datagram that syslog takes or does not: a stopped syslog must not stop the log. */
static void send_to_syslog(const char *text)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char datagram[TEXT_SIZE + 64];
	struct strbuf sb;

	if (fd < 0)
		return;
	strbuf_init(&sb, datagram, sizeof(datagram));
	strbuf_addf(&sb, "<%d>v4mapd[%d]: %s", SYSLOG_AUTHPRIV_NOTICE, (int)getpid(), text);
	(void)sendto(fd, sb.data, sb.len, MSG_DONTWAIT | MSG_NOSIGNAL,
		(const struct sockaddr *)&address, sizeof(address));
	(void)close(fd);
}

static void append_to_file(int fd, const char *text)
{
	char line[TEXT_SIZE + 64];
	time_t now = time(NULL);
	struct strbuf sb;
	struct tm tm;

	if (fd < 0 || gmtime_r(&now, &tm) == NULL)
		return;
	strbuf_init(&sb, line, sizeof(line));
	sb.len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	strbuf_addf(&sb, "%s\n", text);
	if (write(fd, sb.data, sb.len) == (ssize_t)sb.len)
		(void)fdatasync(fd); /* a second copy: the log itself does not depend on it */
}

void checkpoint_make(struct worker *worker)
{
	const struct journal *journal = worker->journal;
	struct event *event;
	char text[TEXT_SIZE], digits[CHAIN_DIGITS + 1];
	struct strbuf sb;

	chain_print(journal->hash, digits);
	strbuf_init(&sb, text, sizeof(text));
	strbuf_addf(&sb, "v4map checkpoint %s %llu %s", journal->audit.file,
		(unsigned long long)journal->sequence, digits);
	send_to_syslog(text);
	append_to_file(worker->checkpoint_file, text);
	event = writer_own(worker, EVENT_CHECKPOINT);
	event->first = journal->sequence;
	event_add_text(event, TAG_PREVIOUS_HASH, digits);
}
