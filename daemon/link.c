/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TAKE_BACK_MAX = 1000 }; /* more than there is room for */

static int send_message(struct ring *ring, const struct control *message, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary = {.space = {0}};
	struct iovec part = {.iov_base = (void *)(uintptr_t)message, .iov_len = sizeof(*message)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		header.msg_control = &ancillary;
		header.msg_controllen = sizeof(ancillary);
		ancillary.header.cmsg_level = SOL_SOCKET;
		ancillary.header.cmsg_type = SCM_RIGHTS;
		ancillary.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&ancillary.header), &fd, sizeof(int));
	}
	if (sendmsg(CONTROL_FD, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	if (ring != NULL)
		atomic_fetch_add_explicit(&ring->messages, 1, memory_order_release);
	return 0;
}

int link_say(struct ring *ring, enum control_kind kind, uint32_t generation, const char *text)
{
	struct control message = {.kind = (uint32_t)kind, .generation = generation};

	(void)strncpy(message.text, text, sizeof(message.text) - 1); /* last byte stays NUL */
	return send_message(ring, &message, -1);
}

int link_image_file(const void *image, size_t size)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	int fd = memfd_create("v4map-policy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc;

	if (fd < 0)
		return -errno;
	if (write(fd, image, size) == (ssize_t)size && fcntl(fd, F_ADD_SEALS, seals) == 0)
		return fd;
	rc = errno != 0 ? -errno : -EIO;
	(void)close(fd);
	return rc;
}

/* What no hook has come for: a policy ends what was said before, and its descriptor goes here. */
static void take_back(void)
{
	struct control message;
	int count = 0;

	while (count++ < TAKE_BACK_MAX &&
		recv(PLUGIN_FD, &message, sizeof(message), MSG_DONTWAIT) > 0)
		;
}

int link_offer_policy(struct ring *ring, uint32_t generation, int fd)
{
	const struct control message = {.kind = CONTROL_POLICY, .generation = generation};
	int rc;

	take_back();
	rc = send_message(ring, &message, fd);
	(void)close(fd);
	return rc;
}

int link_next_request(struct control *ret)
{
	struct control message;
	ssize_t len = recv(CONTROL_FD, &message, sizeof(message), MSG_DONTWAIT);

	if (len < 0)
		return errno == ECONNRESET ? 0 : -errno;
	if (len == 0)
		return 0;
	if (len != (ssize_t)sizeof(message))
		return -EPROTO;
	message.text[CONTROL_TEXT_MAX - 1] = message.log[CONTROL_TEXT_MAX - 1] = '\0';
	*ret = message;
	return (int)message.kind;
}
