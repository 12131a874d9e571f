/* SPDX-License-Identifier: MIT */
/*
 * Cut the power of an ext4 filesystem: `shutdown-fs FOLDER STATE`.  From that moment on nothing
 * reaches its disk, not even its journal; everything that was only in memory is lost with the
 * next mount.  Prints how many records were durable until then, as STATE of load.c has it: a sync
 * that is under way meanwhile may succeed for nothing, since ext4 forgets to say what its
 * shutdown kept it from doing.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* As in the kernel's fs/ext4/ext4.h, which is not among the exported headers. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
enum { NO_LOG_FLUSH = 2 };

int main(int argc, char **argv)
{
	const uint32_t how = NO_LOG_FLUSH;
	uint64_t put_lost_durable[3];
	int folder, state;

	if (argc != 3)
		errx(2, "usage: shutdown-fs FOLDER STATE");
	folder = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	state = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (pread(state, put_lost_durable, sizeof(put_lost_durable), 0) !=
		(ssize_t)sizeof(put_lost_durable))
		err(1, "%s", argv[2]);
	if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &how) != 0)
		err(1, "%s", argv[1]);
	(void)printf("%" PRIu64 "\n", put_lost_durable[2]);
	return 0;
}
