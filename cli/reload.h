/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_RELOAD_H
#define V4MAP_RELOAD_H

/* `v4map reload`: argv[0] is "reload"; returns the exit status. */
int reload_main(int argc, char **argv);

#endif
