/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_CHECK_H
#define V4MAP_CHECK_H

/* `v4map check`: argv[0] is "check"; returns the exit status. */
int check_main(int argc, char **argv);

#endif
