#!/bin/sh
# SPDX-License-Identifier: MIT
# What v4mapd's sandbox lets through.
CMOCKA_MESSAGE_OUTPUT=TAP exec "${V4MAP_BUILD:-build}/tests/faults/sandbox"
