/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_LINK_H
#define V4MAP_LINK_H
/* v4mapd's end of the conversation with the plugin (control.h). */

#include <stddef.h>
#include <stdint.h>
#include "v4map/control.h"
#include "v4map/ring.h"

/*
 * Send a message with a text that may be cut.  `ring` tells the plugin that something came; NULL
 * while the plugin waits for it anyway.  Never waits; returns 0 or a negative errno.
 */
int link_say(struct ring *ring, enum control_kind kind, uint32_t generation, const char *text);

/* A policy's image in a sealed memory file: its descriptor, or a negative errno. */
int link_image_file(const void *image, size_t size);
/*
 * Hand it over, in the place of all that the plugin has not looked at yet, and close it.  Returns 0
 * or a negative errno.
 */
int link_offer_policy(struct ring *ring, uint32_t generation, int fd);

/*
 * The next request.  Returns its kind, 0 when the plugin has gone, or a negative errno (-EAGAIN:
 * there is none).
 */
int link_next_request(struct control *ret);

#endif
