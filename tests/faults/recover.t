#!/bin/sh
# SPDX-License-Identifier: MIT
# The log's end, however it was left, becomes one that the next line can follow.
CMOCKA_MESSAGE_OUTPUT=TAP exec "${V4MAP_BUILD:-build}/tests/faults/recover"
