#!/bin/sh
# SPDX-License-Identifier: MIT
# How soon a worker that has died is replaced.
CMOCKA_MESSAGE_OUTPUT=TAP exec "${V4MAP_BUILD:-build}/tests/faults/restarts"
