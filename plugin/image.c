/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "v4map/control.h"

enum { PART_SIZE = 1 << 20 }; /* whole pages */

/* It is trusted only as far as its seals go: a file that can shrink could kill us. */
static int map(int fd, struct image *ret, struct err *err)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct stat st;
	void *base;

	if (fd < 0 || fstat(fd, &st) != 0 || (fcntl(fd, F_GET_SEALS) & seals) != seals)
		return err_set(err, -EINVAL, "the policy image is not a sealed memory file");
	/* Its pages come as they are looked at: most of a long list never are. */
	base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return err_set(err, -errno, "cannot map the policy image: %s", strerror(errno));
	*ret = (struct image){.base = base, .size = (size_t)st.st_size, .fd = fd};
	return 0;
}

bool scratch_fit(struct scratch *scratch, const struct policy *policy)
{
	const size_t size = policy_scratch_size(policy);
	void *base;

	if (size <= scratch->size)
		return true;
	base = realloc(scratch->base, size);
	if (base == NULL)
		return false;
	scratch->base = base;
	scratch->size = size;
	return true;
}

int image_open(int fd, struct image *ret, struct policy *ret_policy, struct err *err)
{
	struct image image = {.size = 0};
	int rc = map(fd, &image, err);

	if (rc == 0)
		rc = policy_open(image.base, image.size, ret_policy, err);
	if (rc == 0) {
		*ret = image;
		return 0;
	}
	if (image.size != 0)
		(void)munmap(image.base, image.size);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static void send_fd(int control, int fd)
{
	const struct control message = {.kind = CONTROL_USED};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary = {.header = {.cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS,
			       .cmsg_len = CMSG_LEN(sizeof(int))}};
	struct iovec part = {.iov_base = (void *)(uintptr_t)&message, .iov_len = sizeof(message)};
	const struct msghdr header = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &ancillary,
		.msg_controllen = sizeof(ancillary)};

	memcpy(CMSG_DATA(&ancillary.header), &fd, sizeof(fd));
	(void)sendmsg(control, &header, MSG_DONTWAIT | MSG_NOSIGNAL); /* else we free it */
}

void image_let_go(struct image *image, bool whole, int control)
{
	if (image->size == 0)
		return;
	if (!whole && image->gone < image->size) {
		const size_t left = image->size - image->gone;
		const size_t part = left < PART_SIZE ? left : PART_SIZE;

		/* Not munmap, which stops all processors that have ever run us, each time. */
		(void)madvise(image->base + image->gone, part, MADV_DONTNEED);
		image->gone += part;
		return;
	}
	(void)munmap(image->base, image->size);
	send_fd(control, image->fd);
	(void)close(image->fd);
	image->size = 0;
}
